/**
 * Erasing deletions whose time has passed (design section 4): a new seq, the same stamp, the content gone.
 *
 * 1. Nothing is erased while an unresolved conflict of it is left: its two sides are still being asked about.
 * 2. What was deleted together with a note is erased together with it, not before.
 */

import {entityHash, isErased, NO_BYTES} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {EntityRow, StorageReads} from '../storage/port.ts';
import {openCommit, type WholeVersion} from './commit.ts';
import {readStanding} from './history.ts';
import type {CorePorts, Standing} from './ports.ts';

/** Erases what is due in one account; the new standing where something was. */
export async function eraseDue(ports: CorePorts, accountId: string): Promise<Standing | undefined> {
  return ports.storage.write(accountId, async (tx) => {
    const due = await tx.dueTombstones(accountId, ports.now());
    const commit = await openCommit(tx, accountId, ports);
    const done = new Set<string>();
    for (const row of due) {
      const group = await groupOf(tx, accountId, row);
      if (group === undefined || (await isDisputed(tx, accountId, group))) continue;
      for (const member of group) {
        if (done.has(`${member.kind}:${member.id}`)) continue;
        done.add(`${member.kind}:${member.id}`);
        await commit.put(erasedOf(member), {row: member, state: 'sound'});
      }
    }
    return (await commit.close()) === 'changed' ? readStanding(tx, accountId) : undefined;
  });
}

/** What goes together with a due tombstone; undefined where it must wait for its note. */
async function groupOf(tx: StorageReads, accountId: string, row: EntityRow): Promise<readonly EntityRow[] | undefined> {
  if (row.kind === 'note') return [row, ...(await tx.tombstonesOf(accountId, row.id))];
  const noteId = row.meta?.type === 'tombstone' ? row.meta.of : undefined;
  if (noteId === undefined) return [row];
  const note = await tx.head(accountId, {kind: 'note', id: noteId});
  return note === undefined || isErased(note) ? [row] : undefined;
}

async function isDisputed(tx: StorageReads, accountId: string, group: readonly EntityRow[]): Promise<boolean> {
  for (const {id} of group) if (await tx.hasOpenConflict(accountId, id)) return true;
  return false;
}

function erasedOf({kind, id, stamp, meta, parts: {meta: metaPart}}: EntityRow): WholeVersion {
  const parts = {meta: metaPart, data: EMPTY_HASH, body: EMPTY_HASH};
  return {kind, id, stamp, deleted: true, meta, parts, hash: entityHash(parts), data: NO_BYTES, body: NO_BYTES};
}
