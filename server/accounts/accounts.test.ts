import {describe, expect, it} from 'vitest';
import {createCore} from '../core/core.ts';
import {addAccount} from '../core/history.ts';
import {createMemoryStorage} from '../storage/memory-storage.ts';
import {
  ASKED,
  at,
  createRandom,
  createWorld,
  current,
  errorIn,
  note,
  plainPasswords,
  pushOne,
  setUp,
  valueIn,
} from '../testing/world.ts';
import {argon2Passwords} from './passwords.ts';
import {TRIES_HALF_LIFE_MS} from './throttle.ts';

const SETUP = {username: 'Ann', password: 'long enough', deviceName: 'Laptop'};
const LOGIN = {username: 'Ann', password: 'long enough', deviceName: 'Phone'};

function newServer() {
  const storage = createMemoryStorage();
  const clock = {ms: 1_000_000};
  const core = createCore({
    storage,
    now: () => clock.ms,
    random: createRandom(5),
    passwords: plainPasswords,
    log: () => {},
  });
  return {storage, clock, core};
}

describe('setup', () => {
  it('with the code makes the first account, whose token is valid at once', async () => {
    const {core} = newServer();
    const {setupCode = ''} = await core.start();
    expect(setupCode).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(valueIn(await core.status()).initialized).toBe(false);
    const {account} = valueIn(await core.setup({...SETUP, setupCode}, null));
    expect(account.username).toBe('Ann');
    expect(valueIn(await core.status()).initialized).toBe(true);
    expect(errorIn(await core.setup({...SETUP, setupCode}, null)).type).toBe('already_initialized');
  });

  it('with another code is refused', async () => {
    const {core} = newServer();
    await core.start('the right code');
    expect(errorIn(await core.setup({...SETUP, setupCode: 'the wrong code'}, null)).type).toBe('wrong_setup_code');
    expect((await core.setup({...SETUP, setupCode: 'the right code'}, null)).ok).toBe(true);
  });

  it('is guessed slowly from however many addresses, and the right code gets through a moment later', async () => {
    const {core, clock} = newServer();
    await core.start('a code that a person chose');
    const guess = (n: number) => core.setup({...SETUP, setupCode: `guess ${n}`}, `10.0.${n}.1`);
    for (let n = 0; n < 20; n++) expect(errorIn(await guess(n)).type).toBe('wrong_setup_code');
    expect(errorIn(await guess(20)).type).toBe('too_many_tries');
    clock.ms += 2_000;
    expect((await core.setup({...SETUP, setupCode: 'a code that a person chose'}, '10.1.0.1')).ok).toBe(true);
  });

  it('twice at once makes one account', async () => {
    const {core, storage} = newServer();
    const {setupCode = ''} = await core.start();
    const both = await Promise.all(['Ann', 'Eve'].map((username) => core.setup({...SETUP, username, setupCode}, null)));
    expect(both.map(({ok}) => ok).sort()).toEqual([false, true]);
    expect(storage.tables.accounts.size).toBe(1);
  });

  it('has no code any more once there is an account', async () => {
    const {core} = newServer();
    await setUp(core, (await core.start()).setupCode ?? '');
    expect((await core.start('a code of its own')).setupCode).toBeUndefined();
  });

  it('stores neither code, token nor password as they are', async () => {
    const storage = createMemoryStorage();
    const core = createCore({
      storage,
      now: () => 1,
      random: createRandom(5),
      passwords: argon2Passwords,
      log: () => {},
    });
    const {setupCode = ''} = await core.start();
    const {token} = valueIn(await core.setup({...SETUP, setupCode}, null));
    const stored = JSON.stringify([...storage.tables.meta, ...storage.tables.accounts, ...storage.tables.devices]);
    for (const secret of [setupCode, token, SETUP.password]) expect(stored).not.toContain(secret);
    expect(stored).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });
});

describe('login', () => {
  it('gives a token of its own to each device', async () => {
    const {core, device} = await createWorld();
    const session = valueIn(await core.login({...LOGIN, username: ' aNN '}, '10.0.0.1'));
    const phone = valueIn(await core.authenticate(session.token, '10.0.0.1'));
    expect(session.account).toEqual({id: device.accountId, username: 'Ann'});
    expect(phone).toMatchObject({accountId: device.accountId, deviceName: 'Phone'});
    expect(phone.deviceId).not.toBe(device.deviceId);
  });

  it('with a wrong password or an unknown name is refused alike', async () => {
    const {core} = await createWorld();
    const wrong = errorIn(await core.login({...LOGIN, password: 'wrong one'}, null));
    expect(wrong.type).toBe('wrong_credentials');
    expect(errorIn(await core.login({...LOGIN, username: 'Eve'}, null))).toEqual(wrong);
  });

  it('checks an unknown name against a hash too: it takes as long as a known one', async () => {
    const checked: string[] = [];
    const passwords = {...plainPasswords, verify: async (stored: string) => checked.push(stored) < 0};
    const storage = createMemoryStorage();
    const core = createCore({storage, now: () => 1, random: createRandom(5), passwords, log: () => {}});
    await setUp(core, (await core.start()).setupCode ?? '');
    await core.login({...LOGIN, username: 'Eve'}, null);
    expect(checked).toHaveLength(1);
    expect(checked[0]).toMatch(/^plain:/);
  });

  it('on a server without an account says so', async () => {
    const {core} = newServer();
    await core.start();
    expect(errorIn(await core.login(LOGIN, null)).type).toBe('not_initialized');
  });

  it('slows down who guesses one name, by more each time, and lets the right one in afterwards', async () => {
    const {core, clock} = await createWorld();
    const tryOnce = (password: string) => core.login({...LOGIN, password}, null);
    for (let tries = 0; tries < 5; tries++) expect(errorIn(await tryOnce('wrong one')).type).toBe('wrong_credentials');
    expect(errorIn(await tryOnce('long enough'))).toEqual({
      type: 'too_many_tries',
      message: 'too many tries',
      retryAfterMs: 1000,
    });
    clock.ms += 1000;
    expect(errorIn(await tryOnce('wrong one')).type).toBe('wrong_credentials');
    expect(errorIn(await tryOnce('long enough')).retryAfterMs).toBe(2000);
    clock.ms += 2000;
    expect((await tryOnce('long enough')).ok).toBe(true);
    expect(errorIn(await tryOnce('wrong one')).type).toBe('wrong_credentials');
  });

  it('counts the addresses of one IPv6 network together', async () => {
    const {core} = await createWorld();
    const tryFrom = (host: number) =>
      core.login({...LOGIN, username: `user-${host}`}, `2001:db8:0:1::${host.toString(16)}`);
    for (let host = 0; host < 10; host++) expect(errorIn(await tryFrom(host)).type).toBe('wrong_credentials');
    expect(errorIn(await tryFrom(99)).type).toBe('too_many_tries');
    expect(errorIn(await core.login({...LOGIN, username: 'x'}, '2001:db8:0:2::1')).type).toBe('wrong_credentials');
  });

  it('hashes a few passwords at once, and turns away who comes when many wait', async () => {
    let running = 0;
    let most = 0;
    const verify = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return false;
    };
    const core = createCore({
      storage: createMemoryStorage(),
      now: () => 1,
      random: createRandom(5),
      passwords: {...plainPasswords, verify},
      log: () => {},
    });
    await setUp(core, (await core.start()).setupCode ?? '');
    const tries = Array.from({length: 30}, (_, n) => core.login({...LOGIN, username: `user-${n}`}, null));
    const types = (await Promise.all(tries)).map((answer) => errorIn(answer).type);
    expect(most).toBe(2);
    expect(types.filter((type) => type === 'wrong_credentials')).toHaveLength(18);
    expect(types.filter((type) => type === 'busy')).toHaveLength(12);
    expect(errorIn(await core.login({...LOGIN, username: 'later'}, null)).type).toBe('wrong_credentials');
  });

  it('slows down one address that guesses many names', async () => {
    const {core} = await createWorld();
    const tryName = (name: number, address: string) => core.login({...LOGIN, username: `user-${name}`}, address);
    for (let name = 0; name < 10; name++)
      expect(errorIn(await tryName(name, '10.0.0.1')).type).toBe('wrong_credentials');
    expect(errorIn(await tryName(99, '10.0.0.1')).type).toBe('too_many_tries');
    expect(errorIn(await tryName(99, '10.0.0.2')).type).toBe('wrong_credentials');
  });

  it('slows down who guesses many names from one address and signs in with one of them meanwhile', async () => {
    const {core} = await createWorld();
    const tryName = (name: number) => core.login({...LOGIN, username: `user-${name}`}, '10.0.0.1');
    for (let name = 0; name < 9; name++) expect(errorIn(await tryName(name)).type).toBe('wrong_credentials');
    expect((await core.login(LOGIN, '10.0.0.1')).ok).toBe(true);
    expect(errorIn(await tryName(9)).type).toBe('wrong_credentials');
    expect(errorIn(await tryName(10)).type).toBe('too_many_tries');
  });

  it('that succeed are free, however many devices sign in from one address', async () => {
    const {core} = await createWorld();
    for (let device = 0; device < 30; device++) expect((await core.login(LOGIN, '10.0.0.1')).ok).toBe(true);
  });

  it('that are refused for their address do not lock the name that they name', async () => {
    const {core} = await createWorld();
    for (let name = 0; name < 10; name++) await core.login({...LOGIN, username: `user-${name}`}, '10.0.0.1');
    for (let tries = 0; tries < 20; tries++) {
      expect(errorIn(await core.login({...LOGIN, password: 'wrong one'}, '10.0.0.1')).type).toBe('too_many_tries');
    }
    expect((await core.login(LOGIN, '10.0.0.2')).ok).toBe(true);
  });

  it('that are refused for their name do not count against the address of its owner', async () => {
    const {core, clock} = await createWorld();
    for (let tries = 0; tries < 5; tries++) await core.login({...LOGIN, password: 'wrong one'}, '10.0.0.1');
    for (let tries = 0; tries < 20; tries++) {
      expect(errorIn(await core.login(LOGIN, '10.0.0.2')).type).toBe('too_many_tries');
    }
    clock.ms += 1000;
    expect((await core.login(LOGIN, '10.0.0.2')).ok).toBe(true);
  });

  describe.each([
    ['an address', ['203.0.113.9'], '198.51.100.7'],
    [
      '256 IPv6 networks',
      Array.from({length: 256}, (_, n) => `2001:db8:0:${(0xab00 + n).toString(16)}::1`),
      '192.0.2.1',
    ],
    ['many addresses', Array.from({length: 200}, (_, n) => `203.0.113.${n}`), '2001:db8:7::7'],
    [
      'the same site',
      Array.from({length: 256}, (_, n) => `2001:db8:7:${(0xab00 + n).toString(16)}::1`),
      '2001:db8:7::7',
    ],
  ])('of a stranger who never stops, from %s', (_, strangers, home) => {
    async function besieged() {
      const world = await createWorld();
      expect((await world.core.login(LOGIN, home)).ok).toBe(true);
      let judged = 0;
      const pass = async (seconds: number) => {
        for (let second = 0; second < seconds; second++) {
          world.clock.ms += 1000;
          const from = strangers[second % strangers.length] ?? '';
          const {type} = errorIn(await world.core.login({...LOGIN, password: 'wrong one'}, from));
          if (type === 'wrong_credentials') judged++;
        }
      };
      return {...world, pass, judged: () => judged};
    }

    it('do not keep the owner out where a device of the account is', async () => {
      const {core, pass, judged} = await besieged();
      for (let hour = 0; hour < 6; hour++) {
        await pass(3600);
        expect((await core.login(LOGIN, home)).ok).toBe(true);
      }
      expect(judged()).toBeLessThan(6 * 90);
    });

    it('are forgotten some hours after the last one', async () => {
      const {core, clock, pass} = await besieged();
      await pass(3600);
      clock.ms += 2 * TRIES_HALF_LIFE_MS;
      for (let tries = 0; tries < 2; tries++)
        expect(errorIn(await core.login({...LOGIN, password: 'typo'}, '192.0.2.99')).type).toBe('wrong_credentials');
      expect((await core.login(LOGIN, '192.0.2.99')).ok).toBe(true);
    });
  });

  it('are slowed down by network also where a device of the account is', async () => {
    const {core} = await createWorld();
    await core.login(LOGIN, '10.0.0.1');
    const tryOnce = () => core.login({...LOGIN, password: 'wrong one'}, '10.0.0.1');
    for (let tries = 0; tries < 10; tries++) expect(errorIn(await tryOnce()).type).toBe('wrong_credentials');
    expect(errorIn(await tryOnce()).type).toBe('too_many_tries');
  });

  it('are slowed down by name where only a removed device of the account was', async () => {
    const {core, storage} = await createWorld();
    const {account, device} = valueIn(await core.login(LOGIN, '10.0.0.1'));
    const row = await storage.read((tx) => tx.device(account.id, device.id));
    if (row === undefined) throw new Error('no device');
    await storage.write(account.id, (tx) => tx.putDevice({...row, removedMs: 1}));
    for (let tries = 0; tries < 5; tries++) await core.login({...LOGIN, password: 'wrong one'}, `10.0.1.${tries}`);
    expect(errorIn(await core.login(LOGIN, '10.0.0.1')).type).toBe('too_many_tries');
  });

  it('counts tries that run at the same time', async () => {
    const {core} = await createWorld();
    const answers = await Promise.all(
      Array.from({length: 20}, () => core.login({...LOGIN, password: 'wrong one'}, null)),
    );
    expect(answers.filter((answer) => errorIn(answer).type === 'wrong_credentials')).toHaveLength(5);
  });

  it('does not lock out for longer than its limit when the clock is set back', async () => {
    const {core, clock} = await createWorld();
    for (let tries = 0; tries < 12; tries++) {
      await core.login({...LOGIN, password: 'wrong one'}, null);
      clock.ms += 60_000;
    }
    clock.ms -= 9_000_000;
    expect(errorIn(await core.login(LOGIN, null)).retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});

describe('tokens', () => {
  it('that are unknown are signed out', async () => {
    const {core} = await createWorld();
    expect(errorIn(await core.authenticate('unknown', null)).type).toBe('signed_out');
  });

  it('of a removed device say so', async () => {
    const {core, storage} = await createWorld();
    const {token, account, device} = valueIn(await core.login(LOGIN, null));
    const row = await storage.read((tx) => tx.device(account.id, device.id));
    if (row === undefined) throw new Error('no device');
    await storage.write(account.id, (tx) => tx.putDevice({...row, removedMs: 1}));
    expect(errorIn(await core.authenticate(token, null)).type).toBe('device_removed');
  });
});

describe('two accounts', () => {
  it('with the same ids in them are apart', async () => {
    const world = await createWorld();
    const {storage, core, device} = world;
    const row = {
      id: 'bobs-account',
      username: 'Bob',
      usernameKey: 'bob',
      passwordHash: 'plain:long enough',
      createdMs: 1,
    };
    await storage.write(null, (tx) => addAccount(tx, row, createRandom(9)));
    const {token} = valueIn(await core.login({...LOGIN, username: 'Bob'}, null));
    const bob = {core, device: valueIn(await core.authenticate(token, null))};
    await pushOne(world, note({stamp: at(1), text: 'Ann’s'}));
    expect(await current(bob)).toBeUndefined();
    expect(await pushOne(bob, note({stamp: at(1), text: 'Bob’s'}))).toMatchObject({type: 'applied', seq: 1});
    expect(await current(world)).toMatchObject({body: 'Ann’s'});
    const annsHead = (await core.standing(device.accountId)).head;
    const history = {epoch: null, cursor: annsHead, seen: annsHead};
    expect(errorIn(await core.pull(bob.device, {...ASKED, history, lane: 'all', after: 0})).type).toBe('other_history');
  });
});

describe('passwords', () => {
  it('are checked whatever way their letters were composed', async () => {
    const stored = await argon2Passwords.hash('pässword');
    expect(await argon2Passwords.verify(stored, 'pa\u0308ssword')).toBe(true);
    expect(await argon2Passwords.verify(stored, 'password')).toBe(false);
    expect(await argon2Passwords.verify('no hash', 'password')).toBe(false);
  });
});
