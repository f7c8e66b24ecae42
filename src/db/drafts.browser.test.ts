/** What a page left unsaved, when a later start saves it (ADR 32). */

import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {makeVersion, NO_BYTES, toHead} from '../../protocol/entity.ts';
import type {Draft, Notebook} from './repositories.ts';
import {arrivePage, noteRow} from './testing/arriving-rows.ts';
import {createShortcuts} from './testing/notebook-shortcuts.ts';
import {createNotebookWorld, type NotebookWorld, present, SERVER} from './testing/notebook-world.ts';

let world: NotebookWorld;
let notebook: Notebook;
const {create, titles, tree, viewOf} = createShortcuts(() => notebook);

beforeEach(async () => {
  world = await createNotebookWorld();
  notebook = world.notebook;
});
afterEach(async () => {
  expect(world.failures).toEqual([]);
  await world.close();
});

/** Typed into a note as it is now, a minute ago by the time that this resolves. */
async function typeInto(noteId: string, edit: Draft['edit']): Promise<Draft> {
  const {loaded, title, type, text} = await viewOf(noteId);
  const draft = {noteId, loaded, edit, shown: text ?? undefined, title, type, editedMs: world.nowMs};
  world.nowMs += 60_000;
  return draft;
}

const goneDraft: Draft = {
  noteId: 'gone',
  loaded: {stamp: '1', parts: {meta: '', data: '', body: ''}},
  edit: {text: '<p>last words</p>'},
  title: 'Plan',
  type: 'text',
  editedMs: 1000,
};

describe('a draft', () => {
  it('is saved, a title too', async () => {
    const id = await create('Plan', 'root', 'before');
    await notebook.saveDraft(await typeInto(id, {title: 'New plan', text: 'after'}));
    expect(await viewOf(id)).toMatchObject({title: 'New plan', text: 'after'});
    expect(await present(notebook.watchAllConflicts())).toEqual([]);
  });

  it('never buries a newer text: that stands, and the draft is asked about, once', async () => {
    const id = await create('Plan', 'root', 'before');
    const draft = await typeInto(id, {text: 'of the draft'});
    await notebook.saveNote(id, (await viewOf(id)).loaded, {text: 'newer'});
    await notebook.saveDraft(draft);
    await notebook.saveDraft(draft);
    expect(await viewOf(id)).toMatchObject({text: 'newer'});
    const conflicts = await present(notebook.watchAllConflicts());
    expect(conflicts).toHaveLength(1);
    const conflict = await present(notebook.watchConflict(conflicts[0]!.id));
    expect(conflict?.other).toMatchObject({atMs: draft.editedMs, content: {text: 'of the draft'}});
  });

  it('waits as what it is: an edit of its time', async () => {
    const id = await create('Plan', 'root', 'before');
    await world.acknowledgeAll();
    const draft = await typeInto(id, {text: 'of the draft'});
    await notebook.saveDraft(draft);
    expect((await world.outbox()).map(({editedMs}) => editedMs)).toEqual([draft.editedMs]);
  });
});

describe('a draft of a note that is gone', () => {
  it('becomes a note at the top, once, and not again when somebody has deleted that', async () => {
    await create('Other');
    await notebook.saveDraft(goneDraft);
    await notebook.saveDraft(goneDraft);
    expect(await titles()).toEqual(['Plan (recovered text)', 'Other']);
    const [place] = (await tree()).children('root');
    expect(await viewOf(place!.noteId)).toMatchObject({text: '<p>last words</p>', type: 'text', mime: 'text/html'});
    await notebook.deletePlace(place!.branchId);
    await notebook.saveDraft(goneDraft);
    expect(await titles()).toEqual(['Other']);
  });

  it('has the text that was shown where only the title was typed', async () => {
    await notebook.saveDraft({...goneDraft, edit: {title: 'New plan'}, shown: 'text', type: 'code'});
    const [place] = (await tree()).children('root');
    expect(await viewOf(place!.noteId)).toMatchObject({title: 'New plan (recovered text)', text: 'text', type: 'code'});
  });

  it('does so where the note is erased', async () => {
    const id = await create('Plan', 'root', 'before');
    const draft = await typeInto(id, {title: 'New plan', text: 'after'});
    const meta = {type: 'tombstone', eraseAfterMs: 0} as const;
    const gone = {kind: 'note', id, deleted: true, meta, data: NO_BYTES, body: NO_BYTES} as const;
    const row = toHead(makeVersion({...gone, stamp: draft.loaded.stamp}));
    await world.store.transaction('write', (tx) =>
      tx.putEntities([{...row, known: null, own: null, ownSent: null, revisedMs: null}]),
    );
    await notebook.saveDraft(draft);
    expect(await titles()).toContain('New plan (recovered text)');
  });

  it('waits while the note may still come', async () => {
    await world.patchState({server: SERVER});
    await expect(notebook.saveDraft(goneDraft)).rejects.toMatchObject({type: 'arriving'});
    await arrivePage(world, [noteRow('a')]);
    await expect(notebook.saveDraft(goneDraft)).rejects.toMatchObject({type: 'arriving'});
    await arrivePage(world, [noteRow('gone')], 'bodies');
    await notebook.saveDraft(goneDraft);
    expect(await viewOf('gone')).toMatchObject({text: '<p>last words</p>'});
  });
});
