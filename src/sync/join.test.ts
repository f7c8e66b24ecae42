import {describe, expect, test} from 'vitest';
import {isOpenConflict} from '../../protocol/entity.ts';
import {failed} from '../../protocol/errors.ts';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {placeId} from '../notes/derived-ids.ts';
import {fateInAccount, folderId} from '../notes/joining.ts';
import {readBranch, readNote, writeData} from '../notes/note-data.ts';
import type {JoinHow} from './api.ts';
import {disconnect, exportMark, joinAccount, setUpServer, signIn} from './connect.ts';
import {readyBy} from './join.ts';
import type {EntityRow} from './ports.ts';
import {changeState} from './replica-state.ts';
import {runRound} from './round.ts';
import type {RoundPorts} from './round-ports.ts';
import {entity} from './testing/rows.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const ACCOUNT = {address: 'https://aster.test', username: 'ada', password: 'correct horse battery'};

/** A device with a notebook of another server, and the account that it is to join, with a device of its own. */
interface Meeting {
  readonly home: World;
  readonly elsewhere: World;
  readonly a: Device;
  readonly c: Device;
  /** C's, by a line to the account's server. */
  readonly ports: RoundPorts;
  join(how?: JoinHow): ReturnType<typeof joinAccount>;
}

async function meeting(): Promise<Meeting> {
  const [home, elsewhere] = [await createWorld(), await createWorld('s')];
  const [a, c] = [await home.device('A'), await elsewhere.device('C')];
  await settle(a);
  await settle(c);
  const {transport} = home.blankDevice('C').ports;
  const ports = {...c.ports, transport};
  const connecting = {...ports, random: {bytes: (count: number) => new Uint8Array(count), fraction: () => 0.5}, rules};
  return {
    home,
    elsewhere,
    a,
    c,
    ports,
    join: (how = {type: 'add'}) => joinAccount(connecting, {...ACCOUNT, deviceName: 'C'}, how),
  };
}

const rules = {welcome: () => [], nameDevice: () => ({type: 'undelete' as const, kind: 'option' as const, id: 'none'})};

async function place(device: Device, note: string, parent: string = ROOT_NOTE_ID): Promise<void> {
  const data = writeData({note, parent, key: 'a1'});
  await device.writer.write([{type: 'create', kind: 'branch', id: placeId(parent, note), data}]);
}

async function parentsOf(device: Device, note: string): Promise<string[]> {
  return device.store.transaction('read', async (tx) => {
    const ids = await tx.ids('branch', null, 1000);
    const rows = await tx.entities(ids.map((id) => ({kind: 'branch', id})));
    return rows.flatMap((row) => {
      const branch = row === undefined || row.deleted ? undefined : readBranch(row.data);
      return branch?.note === note ? [branch.parent] : [];
    });
  });
}

async function comesTogether({a, ports}: Meeting): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    expect(await runRound(ports)).toEqual({ok: true, value: undefined});
    await settle(a);
  }
  const [one, other] = await Promise.all([a.state(), ports.store.transaction('read', (tx) => tx.state())]);
  expect(one.lastCheck?.result).toBe('equal');
  expect(other?.lastCheck?.result).toBe('equal');
  expect(other?.lastCheck?.root).toBe(one.lastCheck?.root);
}

test('a notebook is added to an account: its notes lie in a folder of the device’s name, and what the account has is as it was', async () => {
  const met = await meeting();
  const {a, c} = met;
  await a.create('account-note', 'Theirs', 'kept');
  await place(a, 'account-note');
  await c.create('own-note', 'Mine', 'brought');
  await c.create('own-child', 'Below', 'brought too');
  await place(c, 'own-note');
  await place(c, 'own-child', 'own-note');
  await settle(a);
  await settle(c);
  await disconnect(c);
  expect(await met.join()).toEqual({ok: true, value: undefined});
  await comesTogether(met);
  const folder = folderId({replica: (await c.state()).replica, deviceName: 'C', accountId: met.home.accountId});
  for (const device of [a, c]) {
    expect(await device.read('account-note')).toEqual({title: 'Theirs', text: 'kept'});
    expect(await device.read('own-note')).toEqual({title: 'Mine', text: 'brought'});
    expect(await device.read('own-child')).toEqual({title: 'Below', text: 'brought too'});
    expect(await parentsOf(device, 'account-note')).toEqual([ROOT_NOTE_ID]);
    expect(await parentsOf(device, 'own-note')).toEqual([folder]);
    expect(await parentsOf(device, 'own-child')).toEqual(['own-note']);
    expect(await parentsOf(device, folder)).toEqual([ROOT_NOTE_ID]);
  }
  const row = await a.entity({kind: 'note', id: folder});
  expect(row && readNote(row.data)?.title).toBe('C');
});

test('what both have with other words is a conflict or a merge, and no words are lost', async () => {
  const met = await meeting();
  const {a, c} = met;
  await a.create('shared-1', 'Shared', '<p>of the account</p>');
  await c.create('shared-1', 'Shared', '<p>of the notebook</p>');
  await settle(a);
  await settle(c);
  await disconnect(c);
  await met.join();
  await comesTogether(met);
  const text = (await a.read('shared-1'))?.text;
  expect(text).toContain('of the account');
  expect(text).toContain('of the notebook');
  expect(await c.read('shared-1')).toEqual(await a.read('shared-1'));
});

test('what was deleted in the notebook is not deleted in the account, and can be restored here', async () => {
  const met = await meeting();
  const {a, c} = met;
  await a.create('shared-1', 'Shared', 'of the account');
  await c.create('shared-1', 'Shared', 'of the notebook');
  await c.create('deleted-1', 'Deleted', 'restorable');
  await settle(a);
  await settle(c);
  await c.remove('deleted-1');
  await c.remove('shared-1');
  await settle(c);
  await disconnect(c);
  await met.join();
  await comesTogether(met);
  expect(await a.read('shared-1')).toEqual({title: 'Shared', text: 'of the account'});
  expect(await a.entity({kind: 'note', id: 'deleted-1'})).toBeUndefined();
  expect((await c.entity({kind: 'note', id: 'deleted-1'}))?.deleted).toBe(true);
  expect((await c.state()).ownDeletedMs).not.toBeNull();
});

test('older versions of what was deleted in the notebook stay with it, and come to no other device', async () => {
  const met = await meeting();
  const {a, c} = met;
  const note = {kind: 'note', id: 'deleted-1'} as const;
  await c.create('deleted-1', 'Deleted', 'a secret');
  await c.writer.write([{type: 'keep', ...note, reason: 'named'}]);
  await settle(c);
  await c.remove('deleted-1');
  await settle(c);
  await disconnect(c);
  await met.join();
  await comesTogether(met);
  expect(await revisionIds(a)).toEqual([]);
  const [own] = await revisionIds(c);
  expect(await c.entity({kind: 'revision', id: own ?? ''})).toMatchObject({
    deleted: true,
    known: null,
    meta: {type: 'tombstone', of: 'deleted-1'},
  });
});

test('a deletion that somebody is still asked about goes along with the question', async () => {
  const met = await meeting();
  const {a, c} = met;
  await c.create('asked-1', 'Asked', 'first');
  await settle(c);
  const other = await met.elsewhere.device('E');
  await settle(other);
  await other.save('asked-1', await other.load('asked-1'), {text: 'edited meanwhile'}, 'first');
  met.elsewhere.nowMs += 1000;
  await c.remove('asked-1');
  await settle(other, c);
  expect((await c.entity({kind: 'note', id: 'asked-1'}))?.deleted).toBe(true);
  await disconnect(c);
  await met.join();
  await comesTogether(met);
  const asked = await a.store.transaction('read', (tx) => tx.revisionsOf('asked-1'));
  expect(asked.map(({meta}) => isOpenConflict(meta))).toContain(true);
});

async function revisionIds(device: Device): Promise<string[]> {
  return device.store.transaction('read', (tx) => tx.ids('revision', null, 10));
}

test('options of the notebook stay away, and those of the account hold', async () => {
  const met = await meeting();
  const {a, c} = met;
  const option = (value: string) => writeData({key: 'k', value});
  await a.writer.write([{type: 'create', kind: 'option', id: 'option-k', data: option('account')}]);
  await c.writer.write([{type: 'create', kind: 'option', id: 'option-k', data: option('notebook')}]);
  await c.writer.write([{type: 'create', kind: 'option', id: 'option-c', data: option('only here')}]);
  await settle(a);
  await settle(c);
  await disconnect(c);
  await met.join();
  await comesTogether(met);
  expect((await c.entity({kind: 'option', id: 'option-k'}))?.data).toEqual(option('account'));
  expect(await a.entity({kind: 'option', id: 'option-c'})).toBeUndefined();
});

test('what is written while it is being made ready goes out too, wherever its turn was', async () => {
  const met = await meeting();
  const {a, c, ports} = met;
  for (let n = 0; n < 4; n++) await c.create(`note-${n}`, `Note ${n}`, 'first');
  await settle(c);
  await disconnect(c);
  await met.join();
  let written = 0;
  const store: typeof ports.store = {
    ...ports.store,
    transaction: async (mode, body) => {
      const result = await ports.store.transaction(mode, body);
      const {joining} = await c.state();
      if (mode === 'write' && joining != null && joining.after?.kind === 'note' && written < 4) {
        const id = `note-${written}`;
        await c.save(id, await c.load(id), {text: `second of ${id}, after ${joining.after.id}`}, 'first');
        await c.create(`new-${written}`, 'New', 'third');
        written += 1;
      }
      return result;
    },
  };
  expect((await runRound({...ports, store, makeReady: readyBy(fateInAccount, 1)})).ok).toBe(true);
  expect(written).toBe(4);
  await comesTogether(met);
  for (let n = 0; n < 4; n++) {
    expect((await a.read(`note-${n}`))?.text).toContain(`second of note-${n}`);
    expect(await a.read(`new-${n}`)).toEqual({title: 'New', text: 'third'});
  }
});

describe('a round of the server before that goes on meanwhile', () => {
  for (const name of ['hello', 'push'] as const) {
    for (const answer of ['comes', 'never comes'] as const) {
      for (const how of ['add', 'replace'] as const) {
        test(`asks the account nothing, and leaves no trace: its ${name} is under way, the answer ${answer}, ${how}`, async () => {
          const met = await meeting();
          const {c} = met;
          for (let n = 0; n < 5; n++) await c.create(`mine-${n}`, `Mine ${n}`, 'of the notebook');
          met.elsewhere.nowMs += 120_000;
          const asked: string[] = [];
          let hasJoined = false;
          const transport: RoundPorts['transport'] = {
            async call(call, request, options) {
              if (hasJoined) asked.push(call);
              const told = await c.ports.transport.call(call, request, options);
              if (call !== name || hasJoined) return told;
              await disconnect(c);
              const exported = await exportMark(c);
              expect((await met.join(how === 'add' ? {type: 'add'} : {type: 'replace', exported})).ok).toBe(true);
              hasJoined = true;
              return answer === 'comes' ? told : failed({type: 'timeout', message: 'no answer'});
            },
          };
          await runRound({...c.ports, batchRows: 2, transport});
          expect(hasJoined).toBe(true);
          expect(asked).toEqual([]);
          expect(await c.state()).toMatchObject({epoch: null, seen: null, lastSyncMs: null, problem: null});
          await comesTogether(met);
          for (let n = 0; n < 5; n++)
            expect((await met.a.read(`mine-${n}`))?.text).toBe(how === 'add' ? 'of the notebook' : undefined);
        });
      }
    }
  }
});

test('a damaged row is named, and everything else arrives', async () => {
  const met = await meeting();
  const {a, c} = met;
  for (const id of ['hurt-1', 'whole-1']) await c.create(id, 'Mine', 'text');
  await settle(c);
  await disconnect(c);
  await c.store.transaction('write', async (tx) => {
    const [row] = await tx.entities([{kind: 'note', id: 'hurt-1'}]);
    const {data: _, ...rest} = row as EntityRow;
    await tx.putEntities([rest as EntityRow]);
  });
  await met.join();
  await runRound(met.ports);
  await settle(a);
  expect(await a.read('whole-1')).toEqual({title: 'Mine', text: 'text'});
  expect(await c.outbox({kind: 'note', id: 'hurt-1'})).toMatchObject({parked: {type: 'not_whole'}});
});

test('what gives way to the account that it was disconnected from goes nowhere', async () => {
  const {elsewhere, c} = await meeting();
  await c.create('sent-1', 'Sent', 'stays');
  await settle(c);
  await disconnect(c);
  await c.create('unsent-1', 'Unsent', 'to be thrown away');
  const connecting = {
    ...c.ports,
    random: {bytes: (count: number) => new Uint8Array(count), fraction: () => 0.5},
    rules,
  };
  const input = {...ACCOUNT, deviceName: 'C'};
  const wrong = {type: 'replace', exported: 'another'} as const;
  expect(await joinAccount(connecting, input, wrong)).toMatchObject({ok: false, error: {type: 'not_exported'}});
  expect((await joinAccount(connecting, input, {type: 'replace', exported: await exportMark(c)})).ok).toBe(true);
  const d = await elsewhere.device('D');
  await settle(c, d);
  for (const device of [c, d]) {
    expect(await device.read('sent-1')).toEqual({title: 'Sent', text: 'stays'});
    expect(await device.entity({kind: 'note', id: 'unsent-1'})).toBeUndefined();
  }
});

test('a place that was removed stays removed, also where its note goes along for a question', () => {
  const joiner = {replica: 'replica-1', deviceName: 'C', accountId: 'account-1'};
  const place = {...entity('branch', 'place-1'), data: writeData({note: 'n', parent: ROOT_NOTE_ID, key: 'a'})};
  expect(fateInAccount({...place, deleted: true}, joiner)).toBe('send');
  expect(fateInAccount(place, joiner)).toHaveLength(3);
});

test('killed after any transaction it goes on where it was, and ends the same', async () => {
  for (let diesAt = 1; ; diesAt++) {
    const met = await meeting();
    const {a, c} = met;
    await c.create('own-note', 'Mine', 'brought');
    await place(c, 'own-note');
    await settle(c);
    await disconnect(c);
    await met.join();
    let count = 0;
    let isDead = false;
    const mortal: RoundPorts = {
      ...met.ports,
      store: {
        ...met.ports.store,
        transaction: async (mode, body) => {
          if (isDead) return new Promise(() => undefined);
          const result = await met.ports.store.transaction(mode, body);
          count += 1;
          if (count === diesAt) isDead = true;
          return isDead ? new Promise(() => undefined) : result;
        },
      },
    };
    await Promise.race([runRound(mortal), settled()]);
    await comesTogether(met);
    expect(await a.read('own-note')).toEqual({title: 'Mine', text: 'brought'});
    expect(await parentsOf(a, 'own-note')).toHaveLength(1);
    if (!isDead) break;
  }
});

test('notes that give way to the account’s are gone, but not before the file has all of them; the account’s are here', async () => {
  const met = await meeting();
  const {a, c} = met;
  await a.create('account-note', 'Theirs', 'kept');
  await c.create('own-note', 'Mine', 'gives way');
  await c.create('own-other', 'Mine too', 'gives way');
  await place(c, 'own-note');
  await settle(a);
  await settle(c);
  await disconnect(c);
  const before = await exportMark(c);
  await c.save('own-other', await c.load('own-other'), {text: 'not in the file'}, 'gives way');
  expect(await met.join({type: 'replace', exported: before})).toMatchObject({
    ok: false,
    error: {type: 'not_exported'},
  });
  expect(await c.read('own-other')).toEqual({title: 'Mine too', text: 'not in the file'});
  const exported = await exportMark(c);
  const {replica} = await c.state();
  await changeState(c.store, (state) => ({...state, timeoutMs: 77_000}));
  expect(await met.join({type: 'replace', exported})).toEqual({ok: true, value: undefined});
  expect((await c.state()).replica).not.toBe(replica);
  expect((await c.state()).timeoutMs).toBe(77_000);
  await comesTogether(met);
  for (const device of [a, c]) {
    expect(await device.read('account-note')).toEqual({title: 'Theirs', text: 'kept'});
    expect(await device.entity({kind: 'note', id: 'own-note'})).toBeUndefined();
    expect(await device.entity({kind: 'note', id: 'own-other'})).toBeUndefined();
  }
});

test('disconnected and signed in to the same account again, it goes on where it was', async () => {
  const world = await createWorld();
  const [a, b] = [await world.device('A'), await world.device('B')];
  await a.create('note-1', 'One', 'first');
  await settle(a, b);
  const {cursor} = await b.state();
  await disconnect(b);
  await b.save('note-1', await b.load('note-1'), {text: 'second'}, 'first');
  expect(await b.round()).toMatchObject({ok: false, error: {type: 'not_set_up'}});
  const ports = {...b.ports, random: {bytes: (count: number) => new Uint8Array(count), fraction: () => 0.5}, rules};
  expect(await signIn(ports, {...ACCOUNT, deviceName: 'B'})).toEqual({ok: true, value: undefined});
  expect((await b.state()).cursor).toEqual(cursor);
  await settle(b, a);
  expect(await a.read('note-1')).toEqual({title: 'One', text: 'second'});
  const revisions = await a.store.transaction('read', (tx) => tx.revisionsOf('note-1'));
  expect(revisions.map(({meta}) => meta?.type === 'revision' && meta.reason)).not.toContain('conflict');
});

test('another account is refused while the notebook has a server', async () => {
  const met = await meeting();
  await met.home.device('D');
  expect(await met.join()).toMatchObject({ok: false, error: {type: 'other_account'}});
});

test('a new server is filled with all of a notebook that had another one', async () => {
  const [first, second] = [await createWorld(), await createWorld('s')];
  const c = await first.device('C');
  await c.create('note-1', 'One', 'text');
  await place(c, 'note-1');
  await c.create('deleted-1', 'Deleted', 'restorable');
  await settle(c);
  await c.remove('deleted-1');
  await settle(c);
  await disconnect(c);
  const ports = {...c.ports, transport: second.blankDevice('C').ports.transport};
  const connecting = {...ports, random: {bytes: (count: number) => new Uint8Array(count), fraction: () => 0.5}, rules};
  const input = {...ACCOUNT, deviceName: 'C', setupCode: second.setupCode};
  expect(await setUpServer(connecting, input)).toEqual({ok: true, value: undefined});
  expect(await runRound(ports)).toEqual({ok: true, value: undefined});
  expect((await c.state()).lastCheck?.result).toBe('equal');
  const d = second.blankDevice('D');
  expect((await signIn({...connecting, ...d.ports}, {...ACCOUNT, deviceName: 'D'})).ok).toBe(true);
  await settle(d);
  expect(await d.read('note-1')).toEqual({title: 'One', text: 'text'});
  expect((await d.entity({kind: 'note', id: 'deleted-1'}))?.deleted).toBe(true);
});

test('an account that nothing was sent to, as after a setup whose answer was lost, gets the notebook as it is', async () => {
  const [home, elsewhere] = [await createWorld(), await createWorld('s')];
  const c = await elsewhere.device('C');
  await c.create('note-1', 'One', 'text');
  await place(c, 'note-1');
  await settle(c);
  await disconnect(c);
  const ports = {...c.ports, transport: home.blankDevice('C').ports.transport};
  const connecting = {...ports, random: {bytes: (count: number) => new Uint8Array(count), fraction: () => 0.5}, rules};
  const request = {...ACCOUNT, deviceName: 'C', setupCode: home.setupCode};
  const session = await ports.transport.call('setup', request, {address: ACCOUNT.address, token: null, timeoutMs: 1});
  expect(session.ok).toBe(true);
  expect(await joinAccount(connecting, {...ACCOUNT, deviceName: 'C'}, {type: 'add'})).toEqual({
    ok: true,
    value: undefined,
  });
  expect(await runRound(ports)).toEqual({ok: true, value: undefined});
  const d = home.blankDevice('D');
  expect((await signIn({...connecting, ...d.ports}, {...ACCOUNT, deviceName: 'D'})).ok).toBe(true);
  await settle(d);
  expect(await d.read('note-1')).toEqual({title: 'One', text: 'text'});
  expect(await parentsOf(d, 'note-1')).toEqual([ROOT_NOTE_ID]);
});

/** Long enough for everything that can go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
}
