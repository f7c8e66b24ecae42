/**
 * Erasing deletions whose time has passed (design section 4): a new seq, the same stamp, the content gone.
 *
 * 1. Nothing is erased while an unresolved conflict of it is left, or of anything that was deleted in the same act: its two sides are
 *    still being asked about, and what comes back brings along what went with it (disputed-acts.ts).
 * 2. What was deleted together with a note is erased together with it, not before. A note that was deleted below another has
 *    its own time, and waits as long as that one is disputed.
 * 3. So many rows at a time, without their texts: a large notebook that was deleted is no more work at once than a small one.
 * 4. What is due is found by columns, which a disk may have damaged. Only what the row says itself is believed: that it is a sound
 *    deletion, and when its time has passed.
 */

import {entityHash, isErased, NO_BYTES} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {DueQuery, DueRow, EntityRow, StorageReads} from '../storage/port.ts';
import {factsOf} from '../storage/row-facts.ts';
import {openCommit, type WholeVersion} from './commit.ts';
import {readDisputedActs} from './disputed-acts.ts';
import {eraseRevisions} from './erase-revisions.ts';
import type {CorePorts, Standing} from './ports.ts';
import {isSound} from './sound.ts';

const ROWS_PER_TRANSACTION = 500;

/** Erases what is due in one account by `nowMs`, then what is kept of it in revisions; the new standing where something was. */
export async function eraseDue(ports: CorePorts, accountId: string, nowMs: number): Promise<Standing | undefined> {
  const standing = await eraseDeletions(ports, accountId, nowMs);
  return (await eraseRevisions(ports, accountId)) ?? standing;
}

async function eraseDeletions(ports: CorePorts, accountId: string, nowMs: number): Promise<Standing | undefined> {
  let standing: Standing | undefined;
  for (let after: DueQuery['after'] = null; ; ) {
    const page: Erased = await eraseSome(ports, accountId, {nowMs, after, limit: ROWS_PER_TRANSACTION});
    standing = page.standing ?? standing;
    if (page.last === null) return standing;
    after = page.last;
    await ports.breathe();
  }
}

interface Erased {
  /** Where something was erased. */
  readonly standing: Standing | undefined;
  /** Where to go on; null at the end. */
  readonly last: DueQuery['after'];
}

async function eraseSome(ports: CorePorts, accountId: string, query: DueQuery): Promise<Erased> {
  return ports.storage.write(accountId, async (tx) => {
    const due = await tx.dueTombstones(accountId, query);
    const commit = await openCommit(tx, accountId, ports);
    const done = new Set<string>();
    const over = due.filter((one) => isDue(one, query.nowMs));
    const isOfDisputedAct = over.length === 0 ? () => false : await readDisputedActs(tx, accountId);
    for (const row of over.filter((one) => !isOfDisputedAct(one))) {
      const group = await groupOf(tx, accountId, row);
      if (group === undefined || (await isDisputed(tx, accountId, group))) continue;
      for (const member of group) {
        if (done.has(`${member.kind}:${member.id}`)) continue;
        done.add(`${member.kind}:${member.id}`);
        await commit.put(erasedOf(member), {row: member, state: 'sound'});
      }
    }
    const {outcome, standing} = await commit.close();
    return {standing: outcome === 'changed' ? standing : undefined, last: lastOf(due, query)};
  });
}

function isDue(row: EntityRow, nowMs: number): boolean {
  const {eraseAtMs} = factsOf(row);
  return eraseAtMs !== null && eraseAtMs <= nowMs && isSound(row);
}

function lastOf(due: readonly DueRow[], {limit}: DueQuery): DueQuery['after'] {
  const row = due.length < limit ? undefined : due.at(-1);
  return row === undefined ? null : {eraseAtMs: row.foundAtMs, seq: row.seq};
}

/** What goes together with a due tombstone; undefined where it must wait for another note. */
async function groupOf(tx: StorageReads, accountId: string, row: EntityRow): Promise<readonly EntityRow[] | undefined> {
  const noteId = row.meta?.type === 'tombstone' ? row.meta.of : undefined;
  if (row.kind === 'note') {
    const isBelowDisputed = noteId !== undefined && (await tx.hasOpenConflict(accountId, noteId));
    const belonging = await tx.tombstonesOf(accountId, row.id);
    return isBelowDisputed ? undefined : [row, ...belonging.filter((one) => isDeletedWith(one, row.id))];
  }
  if (noteId === undefined) return [row];
  const note = await tx.head(accountId, {kind: 'note', id: noteId});
  return note === undefined || isErased(note) ? [row] : undefined;
}

function isDeletedWith(row: EntityRow, noteId: string): boolean {
  return factsOf(row).tombstoneOf === noteId && isSound(row);
}

async function isDisputed(tx: StorageReads, accountId: string, group: readonly EntityRow[]): Promise<boolean> {
  for (const {id} of group) if (await tx.hasOpenConflict(accountId, id)) return true;
  return false;
}

function erasedOf({kind, id, stamp, meta, parts: {meta: metaPart}}: EntityRow): WholeVersion {
  const parts = {meta: metaPart, data: EMPTY_HASH, body: EMPTY_HASH};
  return {kind, id, stamp, deleted: true, meta, parts, hash: entityHash(parts), data: NO_BYTES, body: NO_BYTES};
}
