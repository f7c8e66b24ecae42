import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Saved} from '../../../db/repositories.ts';
import type {Loaded} from '../../../sync/changes.ts';
import {
  currentOf,
  type Edit,
  type Input,
  openSession,
  type Session,
  type Shown,
  step,
  unsavedOf,
} from './note-session.ts';

describe('a note session', () => {
  it('saves what was typed when the pause is over, on top of what was loaded', () => {
    const world = createWorld();
    world.type({text: 'a'});
    world.type({text: 'ab'});
    world.send({type: 'timer'});
    expect(world.asked).toEqual([{loaded: world.first, edit: {text: 'ab'}, text: ''}]);
  });

  it('writes nothing on opening, on flush and when what was typed is what is stored', () => {
    const world = createWorld();
    world.send({type: 'flush'});
    world.type({text: 'x'});
    world.type({text: ''});
    world.send({type: 'timer'});
    expect(world.session.state).toBe('clean');
    expect(world.asked).toEqual([]);
  });

  it('shows what another device wrote at once while nothing is unsaved', () => {
    const world = createWorld();
    world.writeElsewhere({text: 'theirs'});
    world.deliver();
    expect(currentOf(world.session).text).toBe('theirs');
    expect(world.shows).toBe(1);
  });

  it('leaves typing alone when another device writes, and the other version is kept', () => {
    const world = createWorld();
    world.type({text: 'mine'});
    world.writeElsewhere({text: 'theirs'});
    world.deliver();
    expect(currentOf(world.session).text).toBe('mine');
    world.send({type: 'timer'});
    world.answer('saved');
    expect(world.stored.text).toBe('mine');
    expect(world.kept).toEqual(['theirs']);
  });

  it('leaves typing alone until the pause is over; then it is saved with what the editor showed, and what that became is shown', () => {
    const world = createWorld({type: 'text', text: '<p>a</p><p>b</p>'});
    world.type({text: '<p>a</p><p>b mine</p>'});
    world.writeElsewhere({text: '<p>a theirs</p><p>b</p>'});
    world.deliver();
    expect(currentOf(world.session).text).toBe('<p>a</p><p>b mine</p>');
    world.type({text: '<p>a</p><p>b mine too</p>'});
    world.send({type: 'timer'});
    expect(world.asked).toEqual([
      {loaded: world.first, edit: {text: '<p>a</p><p>b mine too</p>'}, text: '<p>a</p><p>b</p>'},
    ]);
    expect([currentOf(world.session).text, world.shows]).toEqual(['<p>a</p><p>b mine too</p>', 0]);
    world.answer('saved', {text: '<p>a theirs</p><p>b mine too</p>'});
    world.deliver();
    expect([currentOf(world.session).text, world.shows]).toEqual(['<p>a theirs</p><p>b mine too</p>', 1]);
    expect(world.session.state).toBe('clean');
  });

  it('what was typed while it was merged is saved on top of what the editor shows, not of the merge', () => {
    const world = createWorld({type: 'text', text: '<p>a</p>'});
    world.type({text: '<p>a mine</p>'});
    world.send({type: 'timer'});
    world.type({text: '<p>a mine too</p>'});
    world.answer('saved', {text: '<p>theirs</p><p>a mine</p>'});
    world.deliver();
    expect(currentOf(world.session).text).toBe('<p>a mine too</p>');
    world.send({type: 'timer'});
    expect(world.asked.at(-1)).toMatchObject({edit: {text: '<p>a mine too</p>'}, text: '<p>a mine</p>'});
    expect(world.asked.at(-1)?.loaded.parts.body).toBe('<p>a mine</p>');
  });

  it('a title typed here and a text written elsewhere are both kept, and shown', () => {
    const world = createWorld({type: 'text', text: '<p>a</p>'});
    world.type({title: 'Mine'});
    world.writeElsewhere({text: '<p>b</p>'});
    world.deliver();
    world.send({type: 'timer'});
    world.answer('saved');
    expect([world.stored, world.kept]).toEqual([{title: 'Mine', text: '<p>b</p>'}, []]);
  });

  it('typing what another device wrote, or back to what was there, shows what is stored and saves nothing', () => {
    for (const typed of ['<p>b</p>', '<p>a</p>']) {
      const world = createWorld({type: 'text', text: '<p>a</p>'});
      world.type({text: '<p>x</p>'});
      world.writeElsewhere({text: '<p>b</p>'});
      world.deliver();
      world.type({text: typed});
      world.send({type: 'timer'});
      expect(currentOf(world.session)).toMatchObject({text: '<p>b</p>'});
      expect(world.asked).toEqual([]);
    }
  });

  it('an edit that met a deletion is not merged: the save keeps the deletion', () => {
    const world = createWorld({type: 'text', text: '<p>a</p>'});
    world.type({text: '<p>a</p><p>mine</p>'});
    const {shown} = world.session;
    const deleted = {...shown.loaded, stamp: '000009', parts: {...shown.loaded.parts, meta: 'deleted', body: 'other'}};
    world.send({type: 'stored', stored: {...shown, text: '<p>a</p><p>theirs</p>', loaded: deleted}});
    world.send({type: 'timer'});
    expect(world.asked).toEqual([{loaded: shown.loaded, edit: {text: '<p>a</p><p>mine</p>'}, text: '<p>a</p>'}]);
  });

  it('what was typed equals what came meanwhile: nothing is saved, and what replaces that elsewhere is shown', () => {
    const world = createWorld();
    world.writeElsewhere({title: 'Same'});
    world.type({title: 'Same'});
    world.deliver();
    world.writeElsewhere({title: 'After'});
    world.send({type: 'timer'});
    world.deliver();
    expect([world.asked, currentOf(world.session).title]).toEqual([[], 'After']);
  });

  it('only renaming never hides a text that came meanwhile from the next save of the text', () => {
    const world = createWorld();
    world.type({title: 'Mine'});
    world.send({type: 'timer'});
    world.writeElsewhere({text: 'theirs'});
    world.answer('saved');
    world.type({text: 'mine'});
    world.send({type: 'timer'});
    world.answer('saved');
    expect(world.kept).toEqual(['theirs']);
  });

  it('keeps the text when the device is full, and saves it at the next input', () => {
    const world = createWorld();
    world.type({text: 'one'});
    world.send({type: 'flush'});
    world.answer('failed');
    expect(world.session.state).toBe('failed');
    expect(unsavedOf(world.session)).toEqual({text: 'one'});
    world.type({text: 'one two'});
    world.send({type: 'timer'});
    world.answer('saved');
    expect(world.stored.text).toBe('one two');
  });

  it('ends, whatever the order of events, with the last text typed stored, nothing replaced unkept, one save at a time', () => {
    const moves = fc.array(
      fc.oneof(
        fc.record({move: fc.constant('type' as const), edit: edits()}),
        fc.record({move: fc.constantFrom('timer', 'flush', 'retry', 'saved', 'failed', 'deliver')}),
        fc.record({move: fc.constant('elsewhere' as const), edit: edits()}),
      ),
      {maxLength: 40},
    );
    fc.assert(
      fc.property(moves, (list) => playToTheEnd(list)),
      {numRuns: 2000},
    );
  });
});

type Move = {readonly move: string; readonly edit?: Edit};

function edits(): fc.Arbitrary<Edit> {
  const text = fc.integer({min: 0, max: 5}).map((n) => `t${n}`);
  return fc.oneof(fc.record({text}), fc.record({title: text}), fc.record({text, title: text}));
}

function playToTheEnd(moves: readonly Move[]): void {
  const world = createWorld();
  const everShown = new Set<string>([world.stored.text]);
  for (const [index, {move, edit}] of moves.entries()) {
    if (move === 'type' && edit) world.type(edit);
    if (move === 'elsewhere' && edit)
      world.writeElsewhere(edit.text === undefined ? edit : {...edit, text: `elsewhere ${index}`});
    if (move === 'timer' || move === 'flush' || move === 'retry') world.send({type: move});
    if (move === 'saved' || move === 'failed') world.answer(move);
    if (move === 'deliver') world.deliver();
    everShown.add(currentOf(world.session).text ?? '');
  }
  const wanted = toBeStored(world.session);
  for (let turn = 0; turn < 3; turn++) {
    world.answer('saved');
    world.send({type: 'flush'});
  }
  world.answer('saved');
  expect(world.session.state).toBe('clean');
  expect(world.overlaps).toBe(0);
  if (wanted.text !== undefined) expect(world.stored.text).toBe(wanted.text);
  if (wanted.title !== undefined) expect(world.stored.title).toBe(wanted.title);
  for (const text of world.replaced) expect(world.kept.includes(text) || everShown.has(text)).toBe(true);
}

/** What is stored already, to the editor's knowledge, is no edit: whoever replaces it later has seen it. */
function toBeStored(session: Session): Edit {
  const {title, text} = unsavedOf(session);
  const newer = 'newer' in session ? session.newer : null;
  return {
    ...(title === undefined || title === newer?.title ? {} : {title}),
    ...(text === undefined || text === newer?.text ? {} : {text}),
  };
}

/** A store that judges as the Writer does: a part that a save replaces without having been shown is kept. */
function createWorld({type, text: first}: {type: string; text: string} = {type: 'of no text', text: ''}) {
  let stamp = 1;
  const loadedOf = ({title, text}: {title: string; text: string}): Loaded =>
    ({stamp: String(stamp).padStart(6, '0'), parts: {meta: '', data: title, body: text}}) as unknown as Loaded;
  let stored = {title: '', text: first};
  let loaded = loadedOf(stored);
  const shownNow = (): Shown => ({...stored, type, mime: 'text/html', loaded});
  let session: Session = openSession(shownNow());
  let waiting: {loaded: Loaded; edit: Edit; text: string | null} | null = null;
  const world = {
    first: loaded,
    asked: [] as {loaded: Loaded; edit: Edit; text: string | null}[],
    kept: [] as string[],
    replaced: [] as string[],
    shows: 0,
    overlaps: 0,
    get session() {
      return session;
    },
    get stored() {
      return stored;
    },
    send(input: Input) {
      const {session: next, effects} = step(session, input);
      session = next;
      for (const effect of effects) {
        if (effect.type === 'show') world.shows++;
        if (effect.type !== 'save') continue;
        if (waiting !== null) world.overlaps++;
        waiting = {loaded: effect.loaded, edit: effect.edit, text: effect.text};
        world.asked.push(waiting);
      }
    },
    type: (edit: Edit) => world.send({type: 'typed', edit}),
    deliver: () => world.send({type: 'stored', stored: shownNow()}),
    writeElsewhere(edit: Edit) {
      stored = {...stored, ...edit};
      stamp++;
      loaded = loadedOf(stored);
    },
    /** `merged`: what the save became. */
    answer(how: 'saved' | 'failed', merged?: {readonly text: string}) {
      if (waiting === null) return;
      const {loaded: base, edit} = waiting;
      waiting = null;
      if (how === 'failed') {
        world.send({type: 'save_failed', error: {type: 'storage_full', message: 'full'}});
        return;
      }
      const saved = saveOver(base, edit);
      if (merged !== undefined) world.writeElsewhere(merged);
      world.send({type: 'saved', saved});
    },
  };
  function saveOver(base: Loaded, edit: Edit): Saved {
    const unseenText = edit.text !== undefined && base.parts.body !== loaded.parts.body;
    const unseenTitle = edit.title !== undefined && base.parts.data !== loaded.parts.data;
    const conflict =
      base.stamp !== loaded.stamp && (unseenText || unseenTitle) && (edit.text ?? stored.text) !== stored.text;
    if (conflict) world.kept.push(stored.text);
    if (edit.text !== undefined && edit.text !== stored.text) world.replaced.push(stored.text);
    world.writeElsewhere(edit);
    return {loaded, conflict};
  }
  return world;
}
