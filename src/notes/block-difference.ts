/** Two versions of a text side by side: which blocks are the same, and which stand against which. */

import {diffSequences} from './sequence-diff.ts';

export type BlockChange =
  | {readonly type: 'same'; readonly blocks: readonly string[]}
  /** `before` became `after`; either may be empty. */
  | {readonly type: 'changed'; readonly before: readonly string[]; readonly after: readonly string[]};

/** In order; all `same` and `before` blocks are the first text, all `same` and `after` blocks the second. */
export function differenceOf(before: readonly string[], after: readonly string[]): readonly BlockChange[] {
  const changes: BlockChange[] = [];
  let at = 0;
  const same = (end: number) => {
    if (end > at) changes.push({type: 'same', blocks: before.slice(at, end)});
  };
  for (const {start, end, from, to} of diffSequences(before, after)) {
    same(start);
    changes.push({type: 'changed', before: before.slice(start, end), after: after.slice(from, to)});
    at = end;
  }
  same(before.length);
  return changes;
}
