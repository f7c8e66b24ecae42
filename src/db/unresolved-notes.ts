/** What no side has whole, for people: named by the note that it belongs to, where this device can tell. */

import {refKey} from '../../protocol/entity.ts';
import type {Query} from './live.ts';
import type {UnresolvedEntity} from './repositories.ts';
import {ownerOf, readHeads, readTitles, titleOf} from './waiting-changes.ts';

export const queryUnresolved: Query<readonly UnresolvedEntity[]> = async (tables) => {
  const unresolved = (await tables.state.get('replica'))?.state.unresolved ?? [];
  const heads = await readHeads(tables, unresolved);
  const titles = await readTitles(tables, heads);
  return unresolved.map((one) => {
    const head = heads.get(refKey(one));
    if (head === undefined) return {...one, title: '', noteId: null};
    const noteId = ownerOf(head);
    return {...one, title: titleOf(head, titles), noteId: noteId !== undefined && titles.has(noteId) ? noteId : null};
  });
};
