/** What a key does in the tree (WAI-ARIA tree pattern, and what notes need on top of it), as data: nothing happens here. */

import {folded} from '../../../notes/folded.ts';
import type {Row} from '../../../notes/tree-rows.ts';

export interface Key {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

/** Where a place goes by Alt and an arrow: past its neighbour, into the one above it, out of its parent. */
export type Shift = 'up' | 'down' | 'in' | 'out';

export type KeyAction =
  | {readonly type: 'focus'; readonly index: number}
  | {readonly type: 'expand' | 'collapse'; readonly row: Row}
  /** All the siblings. */
  | {readonly type: 'expand_all'; readonly rows: readonly Row[]}
  | {readonly type: 'open' | 'rename' | 'delete' | 'menu'; readonly row: Row}
  | {readonly type: 'shift'; readonly row: Row; readonly how: Shift}
  | {readonly type: 'find'; readonly letter: string};

const SHIFT_BY_KEY: Readonly<Record<string, Shift>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowRight: 'in',
  ArrowLeft: 'out',
};

/** Null for keys that aren't the tree's. */
export function actionOfKey(key: Key, rows: readonly Row[], index: number): KeyAction | null {
  const row = rows[index];
  if (row === undefined || key.ctrlKey || key.metaKey) return null;
  if (key.altKey) {
    const how = SHIFT_BY_KEY[key.key];
    return how === undefined || row.kind !== 'place' ? null : {type: 'shift', row, how};
  }
  switch (key.key) {
    case 'ArrowDown':
      return {type: 'focus', index: Math.min(index + 1, rows.length - 1)};
    case 'ArrowUp':
      return {type: 'focus', index: Math.max(index - 1, 0)};
    case 'Home':
      return {type: 'focus', index: 0};
    case 'End':
      return {type: 'focus', index: rows.length - 1};
    case 'ArrowRight':
      if (!row.hasChildren) return null;
      return row.expanded ? {type: 'focus', index: index + 1} : {type: 'expand', row};
    case 'ArrowLeft':
      return row.expanded ? {type: 'collapse', row} : toParent(rows, index);
    case 'Enter':
    case ' ':
      return {type: 'open', row};
    case 'F2':
      return row.kind === 'unfiled' ? null : {type: 'rename', row};
    case 'Delete':
      return row.kind === 'place' ? {type: 'delete', row} : null;
    case 'ContextMenu':
      return {type: 'menu', row};
    case 'F10':
      return key.shiftKey ? {type: 'menu', row} : null;
    case '*':
      return {type: 'expand_all', rows: siblingsOf(rows, index)};
    default:
      return [...key.key].length === 1 ? {type: 'find', letter: key.key} : null;
  }
}

/** The next row whose title starts with what was typed; from the row itself on while more than one letter was typed. */
export function findRow(rows: readonly Row[], from: number, typed: string): number | null {
  const wanted = folded(typed);
  if (wanted === '') return null; // an accent alone
  const start = [...typed.normalize('NFC')].length > 1 ? from : from + 1;
  for (let step = 0; step < rows.length; step++) {
    const index = (start + step) % rows.length;
    if (folded(rows[index]?.title ?? '').startsWith(wanted)) return index;
  }
  return null;
}

/** The row above in the tree, one level up; null at the top. */
export function parentIndex(rows: readonly Row[], index: number): number | null {
  const depth = rows[index]?.depth ?? 0;
  for (let above = index - 1; above >= 0; above--) {
    if ((rows[above]?.depth ?? 0) < depth) return above;
  }
  return null;
}

function toParent(rows: readonly Row[], index: number): KeyAction | null {
  const parent = parentIndex(rows, index);
  return parent === null ? null : {type: 'focus', index: parent};
}

function siblingsOf(rows: readonly Row[], index: number): Row[] {
  const parent = parentIndex(rows, index);
  const depth = rows[index]?.depth ?? 0;
  const first = parent === null ? 0 : parent + 1;
  const after = rows.findIndex((row, at) => at > index && row.depth < depth);
  return rows.slice(first, after < 0 ? rows.length : after).filter((row) => row.depth === depth && row.hasChildren);
}
