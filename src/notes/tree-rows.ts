/** The tree as a flat list for a tree widget: the rows that the expanded ones show, top down. */

import {ROOT_NOTE_ID} from '../../protocol/ids.ts';

export interface Row {
  /** `unfiled`: the group of that name; `unfiled_note`: a note directly in it. Neither is a branch that could be moved. */
  readonly kind: 'place' | 'unfiled' | 'unfiled_note';
  /** Branch id, or the row id of what is no branch. A branch shows more than once when a note above it has two places. */
  readonly branchId: string;
  /** Unique among the rows. */
  readonly key: string;
  readonly noteId: string;
  /** With the place's prefix, as "prefix - title". */
  readonly title: string;
  /** 0 below the root. */
  readonly depth: number;
  readonly hasChildren: boolean;
  readonly expanded: boolean;
  /** From 1, as `aria-posinset` wants it. */
  readonly posInSet: number;
  readonly setSize: number;
}

/** What the rows are made of: a Tree (tree.ts). */
export interface RowSource {
  readonly unfiled: readonly string[];
  title(noteId: string): string | undefined;
  children(noteId: string): readonly {readonly branchId: string; readonly noteId: string; readonly prefix: string}[];
  absent(noteId: string): readonly string[];
}

/** Row id of the group "Unfiled", and start of the row ids of the notes in it. No entity has a colon in its id. */
export const UNFILED_ROW_ID = 'unfiled:';

export function unfiledRowId(noteId: string): string {
  return UNFILED_ROW_ID + noteId;
}

type Bare = Pick<Row, 'kind' | 'branchId' | 'noteId' | 'title'> & {
  readonly below: () => readonly Bare[];
  readonly isParent: boolean;
};

interface Open {
  readonly siblings: readonly Bare[];
  readonly parentKey: string;
  next: number;
}

/** `expanded` holds branch ids, UNFILED_ROW_ID and `unfiledRowId`s. */
export function visibleRows(tree: RowSource, expanded: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  const open: Open[] = [{siblings: topRows(tree), parentKey: '', next: 0}];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const bare = level.siblings[level.next++];
    if (bare === undefined) {
      open.pop();
      continue;
    }
    const row = toRow(bare, level, open.length - 1, expanded);
    rows.push(row);
    if (row.expanded) open.push({siblings: bare.below(), parentKey: row.key, next: 0});
  }
  return rows;
}

function toRow(bare: Bare, level: Open, depth: number, expanded: ReadonlySet<string>): Row {
  const {kind, branchId, noteId, title, isParent} = bare;
  return {
    kind,
    branchId,
    key: `${level.parentKey}/${branchId}`,
    noteId,
    title,
    depth,
    hasChildren: isParent,
    expanded: isParent && expanded.has(branchId),
    posInSet: level.next,
    setSize: level.siblings.length,
  };
}

function topRows(tree: RowSource): Bare[] {
  const rows = placeRows(tree, ROOT_NOTE_ID);
  if (tree.unfiled.length > 0) rows.push(unfiledRow(tree));
  return rows;
}

function placeRows(tree: RowSource, noteId: string): Bare[] {
  return tree.children(noteId).map((place) => ({
    kind: 'place',
    branchId: place.branchId,
    noteId: place.noteId,
    title: (place.prefix === '' ? '' : `${place.prefix} - `) + (tree.title(place.noteId) ?? ''),
    ...below(tree, place.noteId),
  }));
}

function unfiledRow(tree: RowSource): Bare {
  const below = () => tree.unfiled.map((noteId) => unfiledNoteRow(tree, noteId));
  return {kind: 'unfiled', branchId: UNFILED_ROW_ID, noteId: UNFILED_ROW_ID, title: 'Unfiled', isParent: true, below};
}

function unfiledNoteRow(tree: RowSource, noteId: string): Bare {
  return {
    kind: 'unfiled_note',
    branchId: unfiledRowId(noteId),
    noteId,
    title: tree.title(noteId) ?? '',
    ...below(tree, noteId),
  };
}

function below(tree: RowSource, noteId: string): Pick<Bare, 'isParent' | 'below'> {
  const isParent = tree.children(noteId).length > 0 || tree.absent(noteId).length > 0;
  return {isParent, below: () => placeRows(tree, noteId)};
}
