import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {
  type Kind,
  makeVersion,
  NO_BYTES,
  type Ref,
  type RevisionMeta,
  toHead,
  type Version,
} from '../../protocol/entity.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {writeData} from '../notes/note-data.ts';
import type {ConflictView, Notebook} from './repositories.ts';
import {createShortcuts} from './testing/notebook-shortcuts.ts';
import {createNotebookWorld, type NotebookWorld, present, START_MS, watch} from './testing/notebook-world.ts';

let world: NotebookWorld;
let notebook: Notebook;
const {create, placeOf, titles, tree, viewOf} = createShortcuts(() => notebook);

beforeEach(async () => {
  world = await createNotebookWorld();
  notebook = world.notebook;
});
afterEach(async () => {
  expect(world.failures).toEqual([]);
  await world.close();
});

const LATER = '0mjuohs00-0000-tablet-replica-1';

interface Lost {
  readonly kind?: Kind;
  readonly id: string;
  readonly data?: Uint8Array<ArrayBuffer>;
  readonly text?: string;
  readonly deleted?: true;
  readonly stamp?: string;
}

/** As if the server had told of it: what another device wrote, and which lost. Gives the revision's id. */
async function putConflict({kind = 'note', id, data, text = '', deleted, stamp = LATER}: Lost): Promise<string> {
  const loser = makeVersion({
    kind,
    id,
    stamp,
    deleted: deleted ?? false,
    meta: deleted ? {type: 'tombstone', eraseAfterMs: 1} : null,
    data: data ?? writeData({title: 'Theirs', type: 'text', mime: 'text/html'}),
    body: utf8Bytes(text),
  });
  const revision = revisionOf(loser, 'conflict');
  await store(revision);
  return revision.id;
}

async function store(version: Version): Promise<void> {
  await world.store.transaction('write', async (tx) => {
    await tx.putEntities([{...toHead(version), known: null, own: null, ownSent: null, revisedMs: null}]);
    const {kind, id, parts, body} = version;
    if (body !== null && body.length > 0) await tx.putBodies([{kind, id, hash: parts.body, body}]);
  });
}

async function conflict(id: string): Promise<ConflictView> {
  const view = await present(notebook.watchConflict(id));
  if (view === null) throw new Error(`no conflict ${id}`);
  return view;
}

async function revisionsOf(id: string, reason: string) {
  return (await present(notebook.watchRevisions(id))).filter((one) => one.reason === reason);
}

const openIds = async () => (await present(notebook.watchAllConflicts())).map(({id}) => id);
const stateOf = async (id: string) => ((await world.entity('revision', id)).meta as RevisionMeta).state;
const isDeleted = async ({kind, id}: Ref) => (await world.entity(kind, id)).deleted;

it('a conflict has no place: the tree shows nothing of it', async () => {
  const id = await create('Plan');
  await create('Below', id);
  const shown = async () => (await tree()).visibleRows(new Set([await placeOf(id)]));
  const before = await shown();
  await putConflict({id, text: 'theirs'});
  await putConflict({id, deleted: true, stamp: '0mjuohs01-0000-tablet-replica-1'});
  expect(await shown()).toEqual(before);
  expect((await tree()).unfiled).toEqual([]);
  expect(await openIds()).toHaveLength(2);
});

describe('the list of conflicts', () => {
  it('has what nobody has dealt with, newest first, by the note’s title, and follows what becomes of it', async () => {
    const [id, other] = [await create('Plan'), await create('Other')];
    const watched = watch(notebook.watchAllConflicts());
    const first = await putConflict({id, text: 'theirs'});
    const second = await putConflict({id: other, stamp: '0mjuohs01-0000-tablet-replica-1'});
    await notebook.saveRevision(id);
    const heads = await watched.until((views) => views.length === 2);
    expect(heads).toEqual([
      {id: second, ofKind: 'note', noteId: other, title: 'Other'},
      {id: first, ofKind: 'note', noteId: id, title: 'Plan'},
    ]);
    await notebook.settleConflict(await conflict(second), 'current');
    expect(await watched.until((views) => views.length === 1)).toMatchObject([{id: first}]);
    watched.stop();
  });

  it('has tags and attachments, by the note that they belong to', async () => {
    const id = await create('Plan');
    const tag = writeData({note: id, type: 'label', name: 'due', value: 'May', inheritable: false, position: 1});
    const file = writeData({note: id, title: 'map.pdf', role: 'file', mime: 'application/pdf', position: 1});
    await putConflict({kind: 'attribute', id: 'tag-1', data: tag});
    await putConflict({kind: 'attachment', id: 'file-1', data: file});
    const heads = await present(notebook.watchAllConflicts());
    expect(heads.map(({ofKind, title, noteId}) => [ofKind, title, noteId]).sort()).toEqual([
      ['attachment', 'Plan', id],
      ['attribute', 'Plan', id],
    ]);
  });
});

describe('a conflict', () => {
  it('shows both sides with device and time, and what to say with a decision', async () => {
    const id = await create('Mine', 'root', 'mine');
    const view = await conflict(await putConflict({id, text: 'theirs'}));
    expect(view.loaded).toEqual((await viewOf(id)).loaded);
    expect(view).toMatchObject({
      ofKind: 'note',
      noteId: id,
      title: 'Mine',
      isNoteDeleted: false,
      current: {deleted: false, atMs: START_MS, deviceName: 'My phone', content: {kind: 'note', text: 'mine'}},
      other: {deleted: false, deviceName: 'tablet', content: {kind: 'note', title: 'Theirs', text: 'theirs'}},
    });
  });

  it('has no text where that isn’t here, and can’t be decided for it before', async () => {
    const id = await create('Mine', 'root', 'mine');
    const kept = await putConflict({id, text: 'theirs'});
    await world.store.transaction('write', (tx) => tx.deleteBodies([{kind: 'revision', id: kept}]));
    const view = await conflict(kept);
    expect(view.other.content).toMatchObject({text: null, undecodable: false});
    for (const choice of ['other', 'both'] as const) {
      await expect(notebook.settleConflict(view, choice)).rejects.toMatchObject({type: 'body_missing'});
    }
    expect(await openIds()).toEqual([kept]);
    expect(await viewOf(id)).toMatchObject({text: 'mine'});
  });

  it('is none once it is dealt with, also for who decides a moment later', async () => {
    const id = await create('Mine', 'root', 'mine');
    const view = await conflict(await putConflict({id, text: 'theirs'}));
    expect(await notebook.settleConflict(view, 'current')).toEqual({outcome: 'settled'});
    expect(await present(notebook.watchConflict(view.id))).toBeNull();
    expect(await notebook.settleConflict(view, 'other')).toEqual({outcome: 'elsewhere'});
    expect(await notebook.settleConflict(view, 'both')).toEqual({outcome: 'elsewhere'});
    expect(await viewOf(id)).toMatchObject({text: 'mine'});
    expect(await titles()).toEqual(['Mine']);
  });
});

describe('a decision between two versions', () => {
  it('for the current one changes nothing but the conflict', async () => {
    const id = await create('Mine', 'root', 'mine');
    const before = await world.entity('note', id);
    const kept = await putConflict({id, text: 'theirs'});
    await notebook.settleConflict(await conflict(kept), 'current');
    expect(await world.entity('note', id)).toEqual(before);
    expect(await stateOf(kept)).toBe('resolved');
  });

  it('for the other one keeps the current one as a revision', async () => {
    const id = await create('Mine', 'root', 'mine');
    const kept = await putConflict({id, text: 'theirs'});
    await notebook.settleConflict(await conflict(kept), 'other');
    expect(await viewOf(id)).toMatchObject({title: 'Theirs', text: 'theirs'});
    expect(await revisionsOf(id, 'restore')).toMatchObject([{title: 'Mine', text: 'mine'}]);
    expect(await stateOf(kept)).toBe('resolved');
  });

  it('for both makes one note more beside it, the same whoever decides so', async () => {
    const id = await create('Mine', 'root', 'mine');
    await create('Last');
    const view = await conflict(await putConflict({id, text: 'theirs'}));
    const settled = await notebook.settleConflict(view, 'both');
    if (settled.outcome !== 'settled') throw new Error('not settled');
    expect(await titles()).toEqual(['Mine', 'Theirs (other version)', 'Last']);
    expect(await viewOf(id)).toMatchObject({text: 'mine'});
    const copy = await world.entity('note', settled.copyId!);
    expect(await viewOf(copy.id)).toMatchObject({text: 'theirs', type: 'text', mime: 'text/html'});
    const placesOf = async (id: string) =>
      (await world.all('branch')).filter(({note}) => note === id).map((row) => row.id);
    const places = await placesOf(copy.id);
    const device = world;
    world = await createNotebookWorld();
    notebook = world.notebook;
    await notebook.createNote({parent: 'root', position: 'first'}, {title: 'Elsewhere'});
    await putConflict({id, text: 'theirs'});
    await notebook.settleConflict(await conflict(view.id), 'both');
    expect((await world.entity('note', copy.id)).hash).toBe(copy.hash);
    expect(await placesOf(copy.id)).toEqual(places);
    await device.close();
  });

  it('of a tag exchanges its value', async () => {
    const note = await create('Plan');
    const tag = (value: string) =>
      writeData({note, type: 'label', name: 'due', value, inheritable: false, position: 1});
    await world.writer.write([{type: 'create', kind: 'attribute', id: 'tag-1', data: tag('April')}]);
    const view = await conflict(await putConflict({kind: 'attribute', id: 'tag-1', data: tag('May')}));
    expect([view.current?.content, view.other.content]).toMatchObject([{value: 'April'}, {value: 'May'}]);
    await notebook.settleConflict(view, 'other');
    expect(await present(notebook.watchAttributes(note))).toMatchObject([{name: 'due', value: 'May'}]);
  });
});

describe('taking parts of the other version', () => {
  it('keeps the text before, and leaves the conflict open while something differs', async () => {
    const id = await create('Mine', 'root', 'a1 b1');
    const view = await conflict(await putConflict({id, text: 'a2 b2'}));
    expect(await notebook.takeFromOther(view, {text: 'a2 b1'})).toBeNull();
    expect(await viewOf(id)).toMatchObject({title: 'Mine', text: 'a2 b1'});
    expect(await revisionsOf(id, 'restore')).toMatchObject([{text: 'a1 b1'}]);
    expect(await openIds()).toEqual([view.id]);
    await notebook.takeFromOther(await conflict(view.id), {title: 'Theirs'});
    expect(await viewOf(id)).toMatchObject({title: 'Theirs', text: 'a2 b1'});
    expect(await openIds()).toEqual([view.id]);
  });

  it('settles it with the last part', async () => {
    const id = await create('Theirs', 'root', 'a1');
    const view = await conflict(await putConflict({id, text: 'a2'}));
    expect(await notebook.takeFromOther(view, {text: 'a2'})).toEqual({outcome: 'settled'});
    expect(await openIds()).toEqual([]);
    expect(await viewOf(id)).toMatchObject({title: 'Theirs', text: 'a2'});
  });

  it('asks about a text that was saved after the person had looked', async () => {
    const id = await create('Mine', 'root', 'a1 b1');
    const view = await conflict(await putConflict({id, text: 'a2 b2'}));
    world.nowMs += 1000;
    await notebook.saveNote(id, view.loaded!, {text: 'typed in another tab'});
    await notebook.takeFromOther(view, {text: 'a2 b1'});
    expect((await revisionsOf(id, 'conflict')).map(({text}) => text)).toContain('typed in another tab');
    expect(await openIds()).toHaveLength(2);
  });
});

describe('an edit that met a deletion', () => {
  /** A note with a tag and a note below it; all of it deleted by its one place. */
  async function deletedTree() {
    const parent = await create('Parent');
    const id = await create('Trip', parent, 'old');
    const child = await create('Day one', id);
    const tag = writeData({note: id, type: 'label', name: 'l', value: '', inheritable: false, position: 1});
    await world.writer.write([{type: 'create', kind: 'attribute', id: 'tag-1', data: tag}]);
    const gone = await create('Gone before', id);
    await notebook.deletePlace(await placeOf(gone, id));
    world.nowMs += 60_000;
    await notebook.deletePlace(await placeOf(id, parent));
    expect(await titles(parent)).toEqual([]);
    return {parent, id, child, gone};
  }

  it('comes back at its place with its text, its tags and what was below it, and nothing that was deleted before', async () => {
    const {parent, id, child, gone} = await deletedTree();
    const view = await conflict(await putConflict({id, text: 'edited'}));
    expect(view).toMatchObject({isNoteDeleted: true, current: {deleted: true}, other: {deleted: false}});
    await notebook.settleConflict(view, 'back');
    expect(await viewOf(id)).toMatchObject({deleted: false, text: 'edited'});
    expect(await titles(parent)).toEqual(['Theirs']);
    expect(await titles(id)).toEqual(['Day one']);
    expect(await isDeleted({kind: 'note', id: child})).toBe(false);
    expect(await isDeleted({kind: 'note', id: gone})).toBe(true);
    expect(await present(notebook.watchAttributes(id))).toHaveLength(1);
    expect(await openIds()).toEqual([]);
  });

  it('comes back at the top where its old place is gone', async () => {
    const {parent, id} = await deletedTree();
    const view = await conflict(await putConflict({id, text: 'edited'}));
    await notebook.deletePlace(await placeOf(parent));
    await notebook.settleConflict(view, 'back');
    expect(await titles()).toEqual(['Theirs']);
  });

  it('stays deleted, as it is', async () => {
    const {id} = await deletedTree();
    const before = await world.entity('note', id);
    const kept = await putConflict({id, text: 'edited'});
    await notebook.settleConflict(await conflict(kept), 'deleted');
    expect(await world.entity('note', id)).toEqual(before);
    expect(await stateOf(kept)).toBe('resolved');
  });

  it('that had won is brought back by a change of its own, with the places that the deletion took', async () => {
    const {parent, id, child} = await deletedTree();
    const {stamp} = await world.entity('note', id);
    await world.writer.write([{type: 'undelete', kind: 'note', id}]);
    const kept = await putConflict({id, text: 'old', deleted: true, stamp});
    const view = await conflict(kept);
    expect(view).toMatchObject({current: {deleted: false}, other: {deleted: true}});
    const before = await viewOf(id);
    await notebook.settleConflict(view, 'back');
    const after = await viewOf(id);
    expect(after).toMatchObject({title: 'Trip', text: 'old', deleted: false});
    expect(after.loaded.parts.data).not.toBe(before.loaded.parts.data);
    expect(await titles(parent)).toEqual(['Trip']);
    expect(await isDeleted({kind: 'note', id: child})).toBe(false);
  });

  it('that had won is deleted after all, with its places and tags; what is below it stays', async () => {
    const id = await create('Trip', 'root', 'edited');
    const child = await create('Day one', id);
    const tag = writeData({note: id, type: 'label', name: 'l', value: '', inheritable: false, position: 1});
    await world.writer.write([{type: 'create', kind: 'attribute', id: 'tag-1', data: tag}]);
    const kept = await putConflict({id, text: 'old', deleted: true});
    await notebook.settleConflict(await conflict(kept), 'deleted');
    expect(await viewOf(id)).toMatchObject({deleted: true, text: 'edited'});
    expect((await world.entity('attribute', 'tag-1')).meta).toMatchObject({type: 'tombstone', of: id});
    expect(await titles()).toEqual([]);
    expect((await tree()).title(child)).toBe('Day one');
  });

  it('that had won is asked about again where it was edited after the person had looked', async () => {
    const id = await create('Trip', 'root', 'edited');
    const view = await conflict(await putConflict({id, text: 'old', deleted: true}));
    world.nowMs += 1000;
    await notebook.saveNote(id, view.loaded!, {text: 'edited again'});
    await notebook.settleConflict(view, 'deleted');
    const [again] = await openIds();
    expect(await conflict(again!)).toMatchObject({
      current: {deleted: true},
      other: {deleted: false, content: {text: 'edited again'}},
    });
  });

  async function eraseNote(id: string): Promise<void> {
    const {stamp, meta} = await world.entity('note', id);
    await store(makeVersion({kind: 'note', id, stamp, deleted: true, meta, data: NO_BYTES, body: NO_BYTES}));
  }

  it('is not said to be back where it is a tag whose note has been erased, and can still be left deleted', async () => {
    const {parent, id} = await deletedTree();
    const tag = writeData({note: id, type: 'label', name: 'l', value: 'new', inheritable: false, position: 1});
    const view = await conflict(await putConflict({kind: 'attribute', id: 'tag-1', data: tag}));
    await eraseNote(id);
    await expect(notebook.settleConflict(view, 'back')).rejects.toMatchObject({type: 'missing'});
    expect(await titles(parent)).toEqual([]);
    expect(await openIds()).toEqual([view.id]);
    expect(await notebook.settleConflict(view, 'deleted')).toEqual({outcome: 'settled'});
  });

  it('comes back as it was kept where what stands is erased', async () => {
    const {id} = await deletedTree();
    const {stamp} = await world.entity('note', id);
    const kept = await putConflict({id, text: 'kept', deleted: true, stamp});
    await eraseNote(id);
    await notebook.settleConflict(await conflict(kept), 'back');
    expect(await viewOf(id)).toMatchObject({title: 'Theirs', text: 'kept', deleted: false});
  });

  it('of a tag brings back the note that it belongs to', async () => {
    const {parent, id} = await deletedTree();
    const tag = writeData({note: id, type: 'label', name: 'l', value: 'new', inheritable: false, position: 1});
    const view = await conflict(await putConflict({kind: 'attribute', id: 'tag-1', data: tag}));
    expect(view).toMatchObject({ofKind: 'attribute', title: 'Trip', isNoteDeleted: true, current: {deleted: true}});
    await notebook.settleConflict(view, 'back');
    expect(await titles(parent)).toEqual(['Trip']);
    expect(await present(notebook.watchAttributes(id))).toMatchObject([{name: 'l', value: 'new'}]);
  });
});
