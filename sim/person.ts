/** What people do in a tab: every act is one write through the real Writer, on top of what that tab's editor shows. */

import {type Bytes, utf8Bytes, utf8Text} from '../protocol/bytes.ts';
import {isOpenConflict, type Ref} from '../protocol/entity.ts';
import {EMPTY_HASH} from '../protocol/hash.ts';
import {derivedId, ROOT_NOTE_ID} from '../protocol/ids.ts';
import {type BranchData, readBranch, readNote, writeData} from '../src/notes/note-data.ts';
import {planInsert} from '../src/notes/ordering.ts';
import type {Change, Loaded, Written} from '../src/sync/changes.ts';
import type {EntityRow, StoreTx} from '../src/sync/ports.ts';
import type {Tab} from './replica.ts';
import {ERASE_AFTER_MS} from './server.ts';
import {type Truth, titleData, versionOf} from './truth.ts';

/** What an editor shows of a note. `text` null: not here yet. */
interface Shown {
  readonly loaded: Loaded;
  readonly title: string;
  readonly text: string | null;
}

/** The notes and places of the run, by the order in which they were made. */
export interface Notebook {
  readonly noteIds: string[];
  readonly branchIds: string[];
}

export interface Person {
  open(tab: Tab, id: string): Promise<void>;
  write(tab: Tab, id: string, part: 'text' | 'title'): Promise<void>;
  create(tab: Tab, parent: string): Promise<void>;
  remove(tab: Tab, id: string): Promise<void>;
  restore(tab: Tab, id: string): Promise<void>;
  keep(tab: Tab, id: string): Promise<void>;
  restoreRevision(tab: Tab, id: string, which: number): Promise<void>;
  /** Decides an open conflict of this note. */
  resolveConflict(tab: Tab, id: string, which: number, choice: 'current' | 'other'): Promise<void>;
  tag(tab: Tab, id: string): Promise<void>;
  clone(tab: Tab, id: string, parent: string): Promise<void>;
  move(tab: Tab, branchId: string, parent: string, key: string): Promise<void>;
  /** Puts a place before another one under the same parent, or to the end. */
  reorder(tab: Tab, branchId: string, before: string): Promise<void>;
  /** The same ids and contents wherever and however often it is done. */
  importBatch(tab: Tab, batch: number): Promise<void>;
}

const note = (id: string): Ref => ({kind: 'note', id});
const SAVED: ReadonlySet<Written['outcome']> = new Set(['written', 'written_over_conflict', 'merged']);
const IMPORTED_NOTES = 3;

export function createPerson(truth: Truth, notebook: Notebook): Person {
  const shownByTab = new WeakMap<Tab, Map<string, Shown>>();
  const shownIn = (tab: Tab): Map<string, Shown> => {
    const shown = shownByTab.get(tab) ?? new Map<string, Shown>();
    shownByTab.set(tab, shown);
    return shown;
  };
  const read = <T>(tab: Tab, body: (tx: StoreTx) => Promise<T>): Promise<T> =>
    tab.ports.store.transaction('read', body);

  async function open(tab: Tab, id: string): Promise<Shown | undefined> {
    let shown = await read(tab, (tx) => readShown(tx, id));
    if (shown?.text === null) {
      await tab.control.fetchBody(note(id));
      shown = await read(tab, (tx) => readShown(tx, id));
    }
    if (shown !== undefined) shownIn(tab).set(id, shown);
    return shown;
  }

  /** Also a text that isn't on this device yet, or is damaged here, is deleted with its note. */
  function noteRemoved(id: string, stored: Shown | undefined): void {
    if (stored === undefined) return;
    const {data, body} = stored.loaded.parts;
    truth.remove(id, [truth.valueOf(data) ?? stored.title, truth.valueOf(body) ?? stored.text]);
  }

  async function newNote(tab: Tab, id: string, branchId: string, parent: string): Promise<void> {
    const [title, text] = [truth.write('title', null), truth.write('text', null)];
    notebook.noteIds.push(id);
    notebook.branchIds.push(branchId);
    await tab.writer.write([
      {type: 'create', ...note(id), data: titleData(title), body: utf8Bytes(text)},
      {type: 'create', kind: 'branch', id: branchId, data: writeData({note: id, parent, key: 'm'})},
    ]);
    truth.acknowledge(title);
    truth.acknowledge(text, undefined, versionOf(id, title, text));
  }

  return {
    open: async (tab, id) => void (await open(tab, id)),
    async write(tab, id, part) {
      const shown = shownIn(tab).get(id) ?? (await open(tab, id));
      if (shown === undefined || shown[part] === null || isHurt(shown)) return;
      const value = truth.write(part, shown[part]);
      const edit = part === 'title' ? {data: titleData(value)} : textEdit(value, shown.text);
      const [written] = await tab.writer.write([{type: 'save', ...note(id), loaded: shown.loaded, ...edit}]);
      if (written === undefined || !SAVED.has(written.outcome)) return;
      const now = {...shown, [part]: value};
      truth.acknowledge(value, versionOf(id, shown.title, shown.text), versionOf(id, now.title, now.text));
      await open(tab, id);
    },
    create: (tab, parent) => newNote(tab, tab.writer.newId(), tab.writer.newId(), parent),
    async remove(tab, id) {
      const {before, places} = await read(tab, async (tx) => ({
        before: await readStored(tx, id),
        places: await placesIn(tx, notebook),
      }));
      const gone = {type: 'delete', eraseAfterMs: ERASE_AFTER_MS} as const;
      const of = places
        .filter((place) => place.note === id)
        .map((place): Change => ({...gone, kind: 'branch', id: place.id, of: id}));
      // What is deleted is what is stored at that moment, whichever tab wrote it; this one may be gone before it can tell.
      noteRemoved(id, before);
      await tab.writer.write([{...gone, ...note(id)}, ...of]);
      const after = await read(tab, (tx) => readStored(tx, id));
      noteRemoved(id, after);
    },
    async restore(tab, id) {
      truth.bringBack(id);
      await tab.writer.write([{type: 'undelete', ...note(id)}]);
    },
    async keep(tab, id) {
      await tab.writer.write([{type: 'keep', ...note(id), reason: 'named'}]);
    },
    async restoreRevision(tab, id, which) {
      const revisions = await read(tab, (tx) => revisionsOf(tx, id));
      const revision = revisions[which % Math.max(1, revisions.length)];
      truth.bringBack(id);
      if (revision !== undefined) await tab.writer.write([{type: 'restore', ...note(id), revision}]);
    },
    async resolveConflict(tab, id, which, choice) {
      const conflicts = await read(tab, (tx) => revisionsOf(tx, id, ({meta}) => isOpenConflict(meta)));
      const revision = conflicts[which % Math.max(1, conflicts.length)];
      const shown = shownIn(tab).get(id) ?? (await open(tab, id));
      if (revision === undefined) return;
      if (choice === 'other') truth.bringBack(id);
      const loaded = shown === undefined ? {} : {loaded: shown.loaded};
      const changes = choice === 'current' ? [] : [{type: 'restore', ...note(id), revision, ...loaded} as const];
      await tab.writer.write([{type: 'resolve', kind: 'revision', id: revision, changes}]);
    },
    async tag(tab, id) {
      const attribute = {note: id, type: 'label', name: 'tag', inheritable: false, position: 10} as const;
      const ref = {kind: 'attribute', id: derivedId('tag', id)} as const;
      const data = writeData({...attribute, value: tab.writer.newId()});
      await tab.writer.write([
        {type: 'create', ...ref, data},
        {type: 'patch', ...ref, edit: () => data},
      ]);
    },
    async clone(tab, id, parent) {
      const branchId = tab.writer.newId();
      notebook.branchIds.push(branchId);
      await tab.writer.write([
        {type: 'create', kind: 'branch', id: branchId, data: writeData({note: id, parent, key: 'c'})},
      ]);
    },
    async move(tab, branchId, parent, key) {
      await tab.writer.write([patchBranch(branchId, {parent, key})]);
    },
    async reorder(tab, branchId, before) {
      const places = await read(tab, (tx) => placesIn(tx, notebook));
      const moved = places.find(({id}) => id === branchId);
      const siblings = places.filter(({parent}) => parent === moved?.parent);
      const {key, rewrites} = planInsert(siblings, branchId, {before});
      await tab.writer.write([
        patchBranch(branchId, {key}),
        ...rewrites.map((one) => patchBranch(one.id, {key: one.key})),
      ]);
    },
    async importBatch(tab, batch) {
      const ids = Array.from({length: IMPORTED_NOTES}, (_, i) => derivedId('import', `${batch}`, `${i}`));
      for (const id of ids) {
        if (notebook.noteIds.includes(id)) truth.bringBack(id);
        else notebook.noteIds.push(id);
      }
      await tab.writer.write(
        ids.flatMap((id, i): Change[] => [
          {
            type: 'create',
            ...note(id),
            data: titleData(`imported ${batch}.${i}`),
            body: utf8Bytes(`from a file ${batch}.${i}`),
          },
          {
            type: 'create',
            kind: 'branch',
            id: derivedId('place', id),
            data: writeData({note: id, parent: ROOT_NOTE_ID, key: `i${i}`}),
          },
        ]),
      );
    },
  };
}

/** With what the editor showed, so that what is stored meanwhile may be merged. */
function textEdit(text: string, shown: string | null): {readonly body: Bytes; readonly shown?: Bytes} {
  return {body: utf8Bytes(text), ...(shown === null ? {} : {shown: utf8Bytes(shown)})};
}

/** What a person writes on top of damage stands for what was there: nobody could say any more what is lost. */
function isHurt({title, text}: Shown): boolean {
  return title === '' || text === '#';
}

async function readShown(tx: StoreTx, id: string): Promise<Shown | undefined> {
  const [row] = await tx.entities([note(id)]);
  return row === undefined || row.deleted ? undefined : readStored(tx, id);
}

async function readStored(tx: StoreTx, id: string): Promise<Shown | undefined> {
  const [[row], [body]] = [await tx.entities([note(id)]), await tx.bodies([note(id)])];
  if (row === undefined) return undefined;
  const isHere = row.parts.body === EMPTY_HASH || body?.hash === row.parts.body;
  const text = row.parts.body === EMPTY_HASH ? '' : utf8Text(body?.body ?? new Uint8Array(0));
  const title = readNote(row.data)?.title ?? '';
  return {loaded: {stamp: row.stamp, parts: row.parts}, title, text: isHere ? (text ?? null) : null};
}

interface LivePlace extends BranchData {
  readonly id: string;
}

async function placesIn(tx: StoreTx, {branchIds}: Notebook): Promise<LivePlace[]> {
  const rows = await tx.entities(branchIds.map((branchId) => ({kind: 'branch', id: branchId})));
  return rows.flatMap((row) => {
    const branch = row === undefined || row.deleted ? undefined : readBranch(row.data);
    return row === undefined || branch === undefined ? [] : [{...branch, id: row.id}];
  });
}

function patchBranch(id: string, changed: Partial<BranchData>): Change {
  return {
    type: 'patch',
    kind: 'branch',
    id,
    edit: ({data}) => {
      const branch = readBranch(data);
      return branch === undefined ? null : writeData({...branch, ...changed});
    },
  };
}

async function revisionsOf(
  tx: StoreTx,
  id: string,
  isWanted: (row: EntityRow) => boolean = () => true,
): Promise<string[]> {
  const rows = await tx.entities((await tx.ids('revision', null, 10_000)).map((one) => ({kind: 'revision', id: one})));
  return rows.flatMap((row) =>
    row?.meta?.type === 'revision' && row.meta.of === id && !row.deleted && isWanted(row) ? [row.id] : [],
  );
}
