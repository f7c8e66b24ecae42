/** Heads of the live rows of one table, kept between reads so that an unchanged row stays the same object. */

import type {ListedRow} from './pack-lists.ts';

/** What a read brought: the whole table, or some ids with what is there now. */
export type ReadTable =
  | {readonly type: 'all'; readonly rows: readonly ListedRow[]}
  | {readonly type: 'some'; readonly rowById: ReadonlyMap<string, ListedRow | undefined>};

export interface KeptHeads<H> {
  /** Whether anything shown changed. */
  apply(read: ReadTable): boolean;
  list(): H[];
}

export interface Heads<H> {
  /** Undefined for a row that isn't shown. */
  readonly toHead: (row: ListedRow) => H | undefined;
  /** Whether the row still shows this. */
  readonly isOf: (head: H, row: ListedRow) => boolean;
}

export function createKeptHeads<H extends {readonly id: string}>({toHead, isOf}: Heads<H>): KeptHeads<H> {
  let kept = new Map<string, H>();
  const headOf = (row: ListedRow | undefined) => {
    if (row === undefined) return undefined;
    const known = kept.get(row.id);
    return known !== undefined && isOf(known, row) ? known : toHead(row);
  };

  function replaceAll(rows: readonly ListedRow[]): boolean {
    const next: typeof kept = new Map();
    let isSame = true;
    for (const row of rows) {
      const head = headOf(row);
      if (head === undefined) continue;
      next.set(row.id, head);
      isSame &&= head === kept.get(row.id);
    }
    isSame &&= next.size === kept.size;
    kept = next;
    return !isSame;
  }

  function replaceSome(rowById: ReadonlyMap<string, ListedRow | undefined>): boolean {
    let isChanged = false;
    for (const [id, row] of rowById) {
      const head = headOf(row);
      if (head === kept.get(id)) continue;
      isChanged = true;
      if (head === undefined) kept.delete(id);
      else kept.set(id, head);
    }
    return isChanged;
  }

  return {
    apply: (read: ReadTable) => (read.type === 'all' ? replaceAll(read.rows) : replaceSome(read.rowById)),
    list: () => [...kept.values()],
  };
}
