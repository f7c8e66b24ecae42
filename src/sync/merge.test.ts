import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import {hashOf} from '../../protocol/hash.ts';
import type {CallRequest, PushedEntity} from '../../protocol/messages.ts';
import {localRoot} from './check.ts';
import {pullAll} from './pull.ts';
import {createWorld, type Device, START_MS, settle, type World} from './testing/world.ts';

const BASE = '<p>one two three four</p><p>five six</p>';

async function twoDevices(text: string): Promise<{world: World; a: Device; b: Device}> {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', text);
  const b = await world.device('B');
  await settle(a, b);
  return {world, a, b};
}

async function edit(world: World, device: Device, text: string): Promise<void> {
  world.nowMs += 1000;
  await device.save('note1', await device.load('note1'), {text});
}

/** Of every version of the note that was kept by an edit that met another: why it is kept and its text. */
async function keptBy({store}: Device): Promise<string[]> {
  return store.transaction('read', async (tx) => {
    const refs = (await tx.ids('revision', null, 100)).map((id) => ({kind: 'revision' as const, id}));
    const [rows, bodies] = [await tx.entities(refs), await tx.bodies(refs)];
    return rows.flatMap((row, i) => {
      if (row?.meta?.type !== 'revision' || row.deleted || row.meta.reason === 'edit') return [];
      const {reason, state} = row.meta;
      return [`${reason}${state === undefined ? '' : ` ${state}`}: ${utf8Text(bodies[i]?.body ?? new Uint8Array(0))}`];
    });
  });
}

function pushedBy({calls}: Device): PushedEntity[] {
  return calls.flatMap(({name, request}) =>
    name === 'push' ? ((request as CallRequest<'push'>).entities as PushedEntity[]) : [],
  );
}

async function expectEverywhere(world: World, text: string, ...devices: Device[]): Promise<void> {
  const roots = await Promise.all(devices.map((device) => device.store.transaction('read', localRoot)));
  expect(new Set([(await world.core.standing(world.accountId)).root, ...roots]).size).toBe(1);
  for (const device of devices) expect((await device.read('note1'))?.text).toBe(text);
}

describe('texts that both sides changed', () => {
  for (const first of ['older', 'newer'] as const) {
    test(`merge where they don't overlap, the ${first} one pushed first; both stay in revisions`, async () => {
      const {world, a, b} = await twoDevices(BASE);
      const [older, newer] = ['<p>1 two three four</p><p>five six</p>', '<p>one two three 4</p><p>five six seven</p>'];
      await edit(world, a, older);
      await edit(world, b, newer);
      await settle(...(first === 'older' ? [a, b] : [b, a]));
      await expectEverywhere(world, '<p>1 two three 4</p><p>five six seven</p>', a, b);
      for (const device of [a, b]) {
        const kept = await keptBy(device);
        expect(kept.filter((one) => !one.startsWith('edit')).sort()).toEqual([
          `conflict merged: ${older}`,
          `merge: ${newer}`,
        ]);
      }
    });
  }

  test('merge with what is made from the one that lost, while the merge of the two was on its way', async () => {
    const {world, a, b} = await twoDevices('<p>one</p><p>two</p><p>three</p>');
    await edit(world, a, '<p>1</p><p>two</p><p>three</p>');
    await a.round();
    await edit(world, b, '<p>one</p><p>2</p><p>three</p>');
    await b.round();
    await edit(world, a, '<p>1</p><p>two</p><p>3</p>');
    await settle(a, b);
    await expectEverywhere(world, '<p>1</p><p>2</p><p>3</p>', a, b);
    expect((await keptBy(b)).filter((one) => one.startsWith('conflict open'))).toEqual([]);
  });

  test('keep one version that was merged in ten minutes, however often they merge', async () => {
    const {world, a, b} = await twoDevices(BASE);
    /** Each writes at its end of the text, and A puts the two together. */
    const writeTogether = async (word: string) => {
      const {text} = (await a.read('note1')) ?? {};
      await edit(world, a, `<p>A ${word}</p>${text}`);
      await edit(world, b, `${text}<p>B ${word}</p>`);
      await settle(b, a, b);
      return `<p>A ${word}</p>${text}<p>B ${word}</p>`;
    };
    const merges = async () => (await keptBy(b)).filter((kept) => kept.startsWith('merge'));
    await writeTogether('first');
    const [kept] = await merges();
    expect(kept).toBe(`merge: ${BASE}<p>B first</p>`);
    world.nowMs += 8 * 60_000;
    const second = await writeTogether('second');
    await expectEverywhere(world, second, a, b);
    expect(await merges()).toEqual([kept]);
    world.nowMs += 2 * 60_000;
    await expectEverywhere(world, await writeTogether('third'), a, b);
    expect((await merges()).sort()).toEqual([kept, `merge: ${second}<p>B third</p>`].sort());
  });

  test('stay apart where they overlap: the newer wins, the conflict is open', async () => {
    const {world, a, b} = await twoDevices(BASE);
    const [older, newer] = ['<p>one zwei three four</p>', '<p>one 2 three four</p>'];
    await edit(world, a, older);
    await edit(world, b, newer);
    await settle(b, a);
    await expectEverywhere(world, newer, a, b);
    expect(await keptBy(b)).toContain(`conflict open: ${older}`);
  });

  test('merge with a title that the other side changed', async () => {
    const {world, a, b} = await twoDevices(BASE);
    await edit(world, a, `${BASE}<p>x</p>`);
    world.nowMs += 1000;
    await b.save('note1', await b.load('note1'), {text: `${BASE}<p>y</p>`, title: 'Renamed'});
    await settle(a, b);
    await expectEverywhere(world, `${BASE}<p>x</p><p>y</p>`, a, b);
    expect((await a.read('note1'))?.title).toBe('Renamed');
  });

  test('stay apart where the other one was not made from the base: what it never saw is not taken for deleted', async () => {
    const {world, a, b} = await twoDevices(BASE);
    await edit(world, b, '<p>one 2 three four</p><p>five six</p>');
    await edit(world, a, '<p>one zwei three four</p><p>five six</p>');
    await b.round();
    await a.round(); // won over what B has; B doesn't know
    await edit(world, b, '<p>one 2 three four</p><p>five 6</p>');
    await settle(b, a);
    await expectEverywhere(world, '<p>one 2 three four</p><p>five 6</p>', a, b);
    expect(await keptBy(a)).toContain('conflict open: <p>one zwei three four</p><p>five six</p>');
  });

  test('an edit made while the push is under way is merged too', async () => {
    const {world, a, b} = await twoDevices(BASE);
    await edit(world, b, `${BASE}<p>theirs</p>`);
    await edit(world, a, '<p>one two three 4</p><p>five six</p>');
    await b.round();
    a.afterCall = async (name) => {
      if (name !== 'push') return;
      a.afterCall = null;
      await edit(world, a, '<p>one two three 4</p><p>five six 7</p>');
    };
    await settle(a, b);
    await expectEverywhere(world, '<p>one two three 4</p><p>five six 7</p><p>theirs</p>', a, b);
  });
});

describe('a save that meets what was stored meanwhile', () => {
  const twoTabs = async (theirs: string, mine: string, shown: string | undefined) => {
    const {world, a, b} = await twoDevices(BASE);
    const loaded = await a.load('note1');
    await edit(world, b, theirs);
    await settle(b, a);
    world.nowMs += 1000;
    const told = await a.save('note1', loaded, {text: mine}, shown);
    return {world, a, b, told};
  };
  const MINE = '<p>one two three four</p><p>five six seven</p>';

  test('of a tab that shows what lost, after which another tab saves over the one that won: that one lost to nobody', async () => {
    const {world, a, b} = await twoDevices(BASE);
    await edit(world, a, '<p>one zwei three four</p><p>five six</p>');
    const lost = await a.load('note1');
    await edit(world, b, '<p>one 2 three four</p><p>five six</p>');
    await settle(b, a);
    const won = await a.load('note1');
    world.nowMs += 1000;
    await a.save(
      'note1',
      lost,
      {text: '<p>one zwei three four</p><p>five 6</p>'},
      '<p>one zwei three four</p><p>five six</p>',
    );
    await a.save(
      'note1',
      won,
      {text: '<p>one 2 three four</p><p>five sechs</p>'},
      '<p>one 2 three four</p><p>five six</p>',
    );
    await settle(a, b);
    await expectEverywhere(world, '<p>one 2 three four</p><p>five sechs</p>', a, b);
    const open = (await keptBy(a)).filter((one) => one.startsWith('conflict open'));
    expect(open.sort()).toEqual([
      'conflict open: <p>one zwei three four</p><p>five 6</p>',
      'conflict open: <p>one zwei three four</p><p>five six</p>',
    ]);
  });

  test('is merged with it, which stays in revisions; what is loaded then is what was typed', async () => {
    const {world, a, b, told} = await twoTabs('<p>zero one two three four</p><p>five six</p>', MINE, BASE);
    const merged = '<p>zero one two three four</p><p>five six seven</p>';
    expect(await a.read('note1')).toEqual({title: 'One', text: merged});
    expect(told.parts.body).toBe(hashOf(utf8Bytes(MINE)));
    expect(await keptBy(a)).toEqual(['merge: <p>zero one two three four</p><p>five six</p>']);
    world.nowMs += 1000;
    await a.save('note1', told, {text: MINE.replace('seven', 'seven eight')}, MINE);
    await settle(a, b);
    await expectEverywhere(world, '<p>zero one two three four</p><p>five six seven eight</p>', a, b);
    expect(await keptBy(b)).toHaveLength(1); // within ten minutes
  });

  test('replaces it where the two overlap, or where it isn’t known what was shown, and keeps it as a conflict', async () => {
    const theirs = '<p>one two three four</p><p>five 6</p>';
    for (const shown of [BASE, undefined, 'something else']) {
      const {a} = await twoTabs(theirs, '<p>one two three four</p><p>five sixty</p>', shown);
      expect((await a.read('note1'))?.text).toBe('<p>one two three four</p><p>five sixty</p>');
      expect(await keptBy(a)).toEqual([`conflict open: ${theirs}`]);
    }
  });

  test('writes nothing where the other has it already', async () => {
    const theirs = '<p>zero one two three four</p><p>five six seven</p>';
    const {a, told} = await twoTabs(theirs, MINE, BASE);
    expect(told.parts.body).toBe(hashOf(utf8Bytes(MINE)));
    expect((await a.read('note1'))?.text).toBe(theirs);
    expect(await keptBy(a)).toEqual([]);
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeUndefined();
  });

  test('replaces what came back from the deletion that the editor showed, and keeps it as a conflict', async () => {
    const {world, a, b} = await twoDevices(BASE);
    await a.remove('note1');
    await settle(a, b);
    const loaded = await a.load('note1');
    const theirs = '<p>zero one two three four</p><p>five six</p>';
    world.nowMs += 1000;
    await b.writer.write([{type: 'undelete', kind: 'note', id: 'note1'}]);
    await edit(world, b, theirs);
    await settle(b, a);
    await a.save('note1', loaded, {text: MINE}, BASE);
    expect((await a.read('note1'))?.text).toBe(MINE);
    expect(await keptBy(a)).toEqual([`conflict open: ${theirs}`]);
  });

  test('replaces another text that was deleted since the deletion that the editor showed, and keeps it as a conflict', async () => {
    const {world, a, b} = await twoDevices(BASE);
    await a.remove('note1');
    await settle(a, b);
    const loaded = await a.load('note1');
    world.nowMs += 1000;
    await b.writer.write([{type: 'undelete', kind: 'note', id: 'note1'}]);
    await edit(world, b, '<p>all of it anew</p>');
    await b.remove('note1');
    await settle(b, a);
    await a.save('note1', loaded, {text: MINE});
    expect((await a.read('note1'))?.text).toBe(MINE);
    expect(await keptBy(a)).toEqual(['conflict open: <p>all of it anew</p>']);
  });

  test('replaces a deletion, which is kept as a conflict', async () => {
    const {a, b} = await twoDevices(BASE);
    const loaded = await a.load('note1');
    await b.remove('note1');
    await settle(b, a);
    await a.save('note1', loaded, {text: MINE}, BASE);
    expect((await a.read('note1'))?.text).toBe(MINE);
    expect(await keptBy(a)).toEqual([`conflict open: ${BASE}`]);
  });
});

describe('a save on what has just lost', () => {
  const DESK = '<p>zero one two three four</p><p>five six</p>';
  /** B's push wins over A's; before B has sent the merge of the two, A gets what won and saves what was typed on what lost. */
  const between = async (after: (a: Device) => Promise<unknown>) => {
    const {world, a, b} = await twoDevices(BASE);
    await edit(world, a, DESK);
    await a.round();
    const loaded = await a.load('note1');
    await edit(world, b, '<p>one two three four</p><p>five six seven</p>');
    b.afterCall = async (name) => {
      if (name !== 'push') return;
      b.afterCall = null;
      await a.round();
      expect((await a.read('note1'))?.text).toBe('<p>one two three four</p><p>five six seven</p>');
      world.nowMs += 1000;
      await a.save('note1', loaded, {text: DESK.replace('zero', 'zero zero')}, DESK);
      await after(a);
    };
    await settle(b, a, b);
    return {world, a, b};
  };

  test('does not take for deleted what the winner never had', async () => {
    const {world, a, b} = await between(async () => undefined);
    await expectEverywhere(world, '<p>zero zero one two three four</p><p>five six seven</p>', a, b);
    expect((await keptBy(a)).filter((kept) => kept.startsWith('conflict open'))).toEqual([]);
  });

  test('gives the merge of both back to a server that was put back to before them: it is asked about that, and not about what both were made of', async () => {
    const {world, a, b} = await twoDevices(BASE);
    const copy = world.storage.copy();
    await edit(world, a, DESK);
    await a.round();
    const loaded = await a.load('note1');
    await edit(world, b, '<p>one two three four</p><p>five six seven</p>');
    await settle(b, a);
    world.nowMs += 1000;
    await a.save('note1', loaded, {text: DESK.replace('zero', 'zero zero')}, DESK);
    world.storage.restore(copy);
    await settle(a, b, a);
    await expectEverywhere(world, DESK.replace('zero', 'zero zero'), a, b);
    const open = (await keptBy(a)).filter((one) => one.startsWith('conflict open'));
    expect(open).toEqual(['conflict open: <p>zero one two three four</p><p>five six seven</p>']);
  });

  test('is a conflict where the titles differ too: a version beside the winner would have its title and not its text', async () => {
    const {world, a, b} = await twoDevices(BASE);
    await edit(world, a, DESK);
    await a.save('note1', await a.load('note1'), {title: 'Desk'});
    await a.round();
    const loaded = await a.load('note1');
    world.nowMs += 1000;
    await b.save('note1', await b.load('note1'), {
      title: 'Couch',
      text: '<p>one two three four</p><p>five six seven</p>',
    });
    await settle(b, a);
    world.nowMs += 1000;
    await a.save('note1', loaded, {text: DESK.replace('zero', 'zero zero')}, DESK);
    await settle(a, b);
    const kept = await keptBy(b);
    expect(kept).toContain(`conflict open: ${DESK}`);
    expect(kept).toContain('conflict open: <p>one two three four</p><p>five six seven</p>');
    expect(await b.read('note1')).toEqual({title: 'Couch', text: DESK.replace('zero', 'zero zero')});
  });

  test('is merged where this device has merged what lost, and that is on its way', async () => {
    const {world, a, b} = await twoDevices(BASE);
    await edit(world, a, DESK);
    const loaded = await a.load('note1');
    await edit(world, b, '<p>one two three four</p><p>five six seven</p>');
    await b.round();
    let pushes = 0;
    a.afterCall = async (name) => {
      if (name !== 'push' || ++pushes < 2) return; // the second is the merge
      a.afterCall = null;
      world.nowMs += 1000;
      await a.save('note1', loaded, {text: DESK.replace('zero', 'zero zero')}, DESK);
    };
    await settle(a, b);
    await expectEverywhere(world, '<p>zero zero one two three four</p><p>five six seven</p>', a, b);
    expect((await keptBy(a)).filter((one) => one.startsWith('conflict open'))).toEqual([]);
  });

  test('is a conflict where it is sent before the merge of the two', async () => {
    const {world, a, b} = await between((a) => a.round());
    await expectEverywhere(world, '<p>zero zero one two three four</p><p>five six</p>', a, b);
    expect(await keptBy(a)).toContain('conflict open: <p>one two three four</p><p>five six seven</p>');
  });
});

describe('what a tab replaces that had not looked is asked about', () => {
  const [FROM_B, MERGED] = [
    '<p>one two three four seven</p><p>five six</p>',
    '<p>one two three four seven</p><p>5 six</p>',
  ];

  test('where it has lost on another device, and was merged there', async () => {
    const {world, a, b} = await twoDevices(BASE);
    const c = await world.device('C');
    const loaded = await a.load('note1');
    await settle(c);
    await edit(world, b, FROM_B);
    await settle(b, a);
    await edit(world, c, '<p>one two three four</p><p>5 six</p>');
    await c.round();
    expect((await c.read('note1'))?.text).toBe(MERGED);
    world.nowMs += 1000;
    await a.save('note1', loaded, {text: '<p>one two three four</p><p>five six, of a tab</p>'});
    await settle(a, b, c);
    for (const device of [a, b, c]) expect(await keptBy(device)).toContain(`conflict open: ${FROM_B}`);
  });

  test('where it loses while it is replaced, and what replaced it is merged', async () => {
    const {world, a, b} = await twoDevices(BASE);
    const loaded = await a.load('note1');
    await edit(world, a, FROM_B);
    await edit(world, b, '<p>one two three four</p><p>5 six</p>');
    await b.round();
    a.afterCall = async (name) => {
      if (name !== 'push') return;
      a.afterCall = null;
      await a.save('note1', loaded, {text: '<p>one two three four, of a tab</p><p>five six</p>'});
    };
    await settle(a, b);
    await expectEverywhere(world, '<p>one two three four, of a tab</p><p>5 six</p>', a, b);
    for (const device of [a, b]) expect(await keptBy(device)).toContain(`conflict open: ${FROM_B}`);
  });
});

test('an edit made while the push lost is merged at once, and the conflict is settled', async () => {
  const {world, a, b} = await twoDevices(BASE);
  await edit(world, a, '<p>zero one two three four</p><p>five six</p>');
  world.nowMs += 5000;
  await edit(world, b, '<p>one two three four</p><p>five six seven</p>');
  await b.round();
  a.afterCall = async (name) => {
    a.afterCall = null;
    if (name !== 'push') return;
    await edit(world, a, '<p>zero zero one two three four</p><p>five six</p>');
  };
  await settle(a, b);
  await expectEverywhere(world, '<p>zero zero one two three four</p><p>five six seven</p>', a, b);
  expect((await keptBy(b)).filter((kept) => kept.startsWith('conflict open'))).toEqual([]);
});

test('an edit that another tab has sent while the push lost waits for its own answer, and goes out again as it was', async () => {
  const {world, a, b} = await twoDevices(BASE);
  await edit(world, a, '<p>zero one two three four</p><p>five six</p>');
  world.nowMs += 5000;
  await edit(world, b, '<p>one two three four</p><p>five six seven</p>');
  await b.round();
  a.calls.length = 0;
  a.afterCall = async (name) => {
    if (name !== 'push') return;
    a.afterCall = null;
    await edit(world, a, '<p>zero zero one two three four</p><p>five six</p>');
    a.faults.push({call: 'push', lose: 'late'});
    await a.round(); // of the other tab: no lock holds here
    world.nowMs += 1;
  };
  await a.round();
  const pushed = a.calls.flatMap(({name, request}) =>
    name === 'push'
      ? [(request as CallRequest<'push'>).entities.map((entity) => (entity as PushedEntity).stamp).at(-1)]
      : [],
  );
  expect(pushed[2]).toBe(pushed[1]);
  await world.late.shift()?.();
  await settle(a, b);
  await expectEverywhere(world, '<p>zero zero one two three four</p><p>five six seven</p>', a, b);
});

describe('an edit made while a push that had arrived before is answered again', () => {
  interface Texts {
    /** What A pushed, and then what it has typed on. */
    readonly mine: readonly [string, string];
    /** What B wrote after it had got A's push (`on top`), or before (`beside`). */
    readonly theirs: string;
    readonly order: 'on top' | 'beside';
  }

  /** The answer to A's push is lost, B writes, and A types on while the same push is answered. */
  const typedOn = async ({mine, theirs, order}: Texts) => {
    const {world, a, b} = await twoDevices(BASE);
    const base = (await a.load('note1')).stamp;
    await edit(world, a, mine[0]);
    a.faults.push({call: 'push', lose: 'answer'});
    a.calls.length = 0;
    if (order === 'beside') await edit(world, b, theirs);
    await a.round();
    if (order === 'on top') {
      await b.round();
      await edit(world, b, theirs);
    }
    await b.round();
    let pushes = 0;
    let keptThen: string[] = [];
    a.afterCall = async (name) => {
      if (name !== 'push') return;
      pushes += 1;
      if (pushes === 1) await edit(world, a, mine[1]);
      if (pushes === 2) keptThen = await keptBy(a);
    };
    await settle(a, b, a);
    const [sent, again, then] = pushedBy(a).filter(({id}) => id === 'note1');
    expect(again).toEqual(sent);
    expect(sent?.base).toBe(base);
    return {world, a, b, keptThen, stamps: {base, sent: sent?.stamp, thenMadeFrom: then?.base}};
  };

  test('was made from what was pushed, where the server’s version was too: the two are merged', async () => {
    const {world, a, b, stamps} = await typedOn({
      mine: ['<p>one zwei three four</p><p>five six</p>', '<p>one 2 three four</p><p>five six</p>'],
      theirs: '<p>one zwei three four</p><p>five six seven</p>',
      order: 'on top',
    });
    expect(stamps.thenMadeFrom).toBe(stamps.sent);
    await expectEverywhere(world, '<p>one 2 three four</p><p>five six seven</p>', a, b);
    expect((await keptBy(b)).filter((kept) => kept.startsWith('conflict open'))).toEqual([]);
  });

  test('keeps its base where the server’s version was not, and what was pushed is kept here at once: no text takes the place of one unseen', async () => {
    const mine: Texts['mine'] = [
      '<p>one zwei three four</p><p>five six</p>',
      '<p>one zwei drei four</p><p>five six</p>',
    ];
    const theirs = '<p>one deux three four</p><p>five six</p>';
    const {world, a, b, stamps, keptThen} = await typedOn({mine, theirs, order: 'beside'});
    expect(keptThen).toEqual([`conflict open: ${mine[0]}`]);
    expect(stamps.thenMadeFrom).toBe(stamps.base);
    await expectEverywhere(world, mine[1], a, b);
    expect((await keptBy(b)).sort()).toEqual([`conflict open: ${theirs}`, `conflict open: ${mine[0]}`].sort());
  });
});

test('a conflict that was deleted doesn’t come back where its version is kept once more', async () => {
  const {world, a, b} = await twoDevices(BASE);
  const [mine, theirs] = ['<p>one zwei three four</p><p>five six</p>', '<p>one 2 three four</p><p>five six</p>'];
  await edit(world, a, mine);
  a.faults.push({call: 'push', lose: 'answer'});
  await a.round();
  await edit(world, b, theirs);
  await b.round();
  await pullAll(a.ports, await a.state()); // of another tab, while the push is waited out
  const [id = ''] = await a.store.transaction('read', (tx) => tx.ids('revision', null, 1));
  expect(await keptBy(a)).toEqual([`conflict open: ${mine}`]);
  await a.writer.write([{type: 'delete', kind: 'revision', id, eraseAfterMs: 0}]);
  a.calls.length = 0;
  await settle(a, b); // A is told that what it pushed was replaced by what wasn't made from it
  const revisions = pushedBy(a).filter(({kind}) => kind === 'revision');
  expect(revisions.map(({deleted}) => deleted)).toEqual([true]);
  await expectEverywhere(world, theirs, a, b);
  for (const device of [a, b]) expect(await keptBy(device)).toEqual([]);
});

describe('a note that two devices made of nothing', () => {
  test('has the blocks of both, the older ones first, equal ones once', async () => {
    const world = await createWorld();
    const [a, b] = [await world.device('A'), await world.device('B')];
    await a.create('note1', 'Today', '<p>both</p><p>older</p>');
    world.nowMs += 1000;
    await b.create('note1', 'Today', '<p>newer</p><p>both</p>');
    await settle(b, a);
    await expectEverywhere(world, '<p>both</p><p>older</p><p>newer</p>', a, b);
  });

  test('is not put together where the other one may have been made from what was sent before', async () => {
    const world = await createWorld();
    const [a, b] = [await world.device('A'), await world.device('B')];
    a.faults.push({call: 'push', lose: 'answer'});
    await a.create('note1', 'Today', '<p>one</p>');
    await a.round();
    await settle(b);
    await edit(world, b, '<p>one two</p>');
    await settle(b);
    await edit(world, a, '<p>one three</p>');
    await settle(a, b);
    await expectEverywhere(world, '<p>one three</p>', a, b);
  });
});

const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), {minLength: 1, maxLength: 3}).map((all) => all.join(' '));
const document = fc.array(words, {maxLength: 4}).map((all) => all.map((one) => `<p>${one}</p>`).join(''));

test('the outcome is the same whichever is pushed first, and holds what both wrote or keeps it', async () => {
  await fc.assert(
    fc.asyncProperty(document, document, document, fc.boolean(), async (base, older, newer, isNoneCommon) => {
      const outcomes: unknown[] = [];
      for (const order of ['ab', 'ba']) {
        const {world, a, b} = isNoneCommon ? await strangers(older, newer) : await twoDevices(base);
        if (!isNoneCommon) {
          await edit(world, a, older);
          await edit(world, b, newer);
        }
        await settle(...(order === 'ab' ? [a, b] : [b, a]));
        const text = (await a.read('note1'))?.text ?? '';
        await expectEverywhere(world, text, a, b);
        const kept = await keptBy(b);
        const edits = [older, newer].filter((one) => isNoneCommon || one !== base); // saving what is stored is no edit
        for (const one of edits) expect(text === one || kept.some((was) => was.endsWith(`: ${one}`))).toBe(true);
        outcomes.push({text, open: kept.some((was) => was.startsWith('conflict open'))});
      }
      expect(outcomes[0]).toEqual(outcomes[1]);
    }),
    {numRuns: 60},
  );
});

async function strangers(older: string, newer: string): Promise<{world: World; a: Device; b: Device}> {
  const world = await createWorld();
  const [a, b] = [await world.device('A'), await world.device('B')];
  world.nowMs = START_MS + 5000;
  await a.create('note1', 'Today', older);
  world.nowMs += 1000;
  await b.create('note1', 'Today', newer);
  return {world, a, b};
}
