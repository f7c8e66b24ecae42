/** Which notes to get by name while the tree arrives: some screens full, not the notebook. Pure. */

import {ROOT_NOTE_ID} from '../../../../protocol/ids.ts';
import type {Tree} from '../../../notes/tree.ts';
import type {Row} from '../../../notes/tree-rows.ts';

/** Below one note, those that are here included: more than any screen shows at once. */
const MOST_BELOW_ONE = 50;
/** Each comes with its text. */
const MOST_AT_ONCE = 50;

/** Without those in `asked`: of the top level and below the expanded rows, in their order. */
export function notesToFetch(
  tree: Pick<Tree, 'children' | 'absent'>,
  rows: readonly Pick<Row, 'noteId' | 'expanded'>[],
  asked: ReadonlySet<string>,
): string[] {
  const parents = new Set([ROOT_NOTE_ID, ...rows.flatMap(({noteId, expanded}) => (expanded ? [noteId] : []))]);
  const wanted = [...parents].flatMap((parent) => {
    const room = MOST_BELOW_ONE - tree.children(parent).length;
    return room > 0 ? tree.absent(parent).slice(0, room) : [];
  });
  return [...new Set(wanted)].filter((id) => !asked.has(id)).slice(0, MOST_AT_ONCE);
}
