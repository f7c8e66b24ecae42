/** Decoded heads of the live rows of one table, kept between reads so that an unchanged row stays the same object. */

import type {ListedRow} from './packs.ts';

/** What a read brought: the whole table, or some ids with what is there now. */
export type ReadTable =
  | {readonly type: 'all'; readonly rows: readonly ListedRow[]}
  | {readonly type: 'some'; readonly rowById: ReadonlyMap<string, ListedRow | undefined>};

export interface KeptHeads<H> {
  /** Whether anything shown changed. */
  apply(read: ReadTable): boolean;
  list(): H[];
}

/** `markOf` is what an unchanged head is known by. */
export function createKeptHeads<H extends {readonly id: string}>(
  markOf: (row: ListedRow) => string,
  decode: (row: ListedRow) => H | undefined,
): KeptHeads<H> {
  let kept = new Map<string, {readonly mark: string; readonly head: H}>();
  const headOf = (row: ListedRow | undefined) => {
    if (row === undefined || row.deleted) return undefined;
    const known = kept.get(row.id);
    const mark = markOf(row);
    if (known?.mark === mark) return known;
    const head = decode(row);
    return head && {mark, head};
  };

  function replaceAll(rows: readonly ListedRow[]): boolean {
    const next: typeof kept = new Map();
    let isSame = true;
    for (const row of rows) {
      const one = headOf(row);
      if (one === undefined) continue;
      next.set(row.id, one);
      isSame &&= one === kept.get(row.id);
    }
    isSame &&= next.size === kept.size;
    kept = next;
    return !isSame;
  }

  function replaceSome(rowById: ReadonlyMap<string, ListedRow | undefined>): boolean {
    let isChanged = false;
    for (const [id, row] of rowById) {
      const one = headOf(row);
      if (one === kept.get(id)) continue;
      isChanged = true;
      if (one === undefined) kept.delete(id);
      else kept.set(id, one);
    }
    return isChanged;
  }

  return {
    apply: (read: ReadTable) => (read.type === 'all' ? replaceAll(read.rows) : replaceSome(read.rowById)),
    list: () => Array.from(kept.values(), ({head}) => head),
  };
}
