/**
 * The Writer: changes of the notebook in one transaction each. The invariant (◆ in design section 4): a part that a save
 * replaces without its editor having shown it is kept as a `conflict` revision in the same transaction.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import {isErased, NO_BYTES, type Ref, type Version} from '../../protocol/entity.ts';
import {SyncFailure} from '../../protocol/errors.ts';
import {hashOf} from '../../protocol/hash.ts';
import {ID_BYTES, idFromBytes} from '../../protocol/ids.ts';
import {ERASE_AFTER_MS} from '../../protocol/limits.ts';
import {makeStamp, type Stamp} from '../../protocol/stamp.ts';
import type {Change, EntityChange, Loaded, Resolution, Writer, Written} from './changes.ts';
import type {Merging} from './conflict.ts';
import {
  type Content,
  compose,
  isLeftToServer,
  keepForMerge,
  keepUnseen,
  keepVersion,
  revisionRef,
  setConflictState,
  unseenRef,
  type Writing,
  writeVersion,
  writingBy,
} from './local-version.ts';
import type {EntityRow, Lifetimes, Random, ReadLifetimes, Store, StoreTx, Time} from './ports.ts';
import {type Beside, lostRef, type Merge, replacesUnseen, type Save, wayAround} from './unseen.ts';
import {Workset} from './workset.ts';

export interface WriterPorts {
  readonly store: Store;
  readonly time: Time;
  readonly random: Random;
  readonly readLifetimes: ReadLifetimes;
  readonly merging: Pick<Merging, 'mergeBody'>;
  /** Called when a write has begun: a transaction that is asked for now sees it, before anybody who watches the store does. */
  readonly onWriting?: () => void;
  readonly onWritten?: () => void;
}

export function createWriter(ports: WriterPorts): Writer {
  const {store, time, random, onWriting, onWritten} = ports;
  return {
    newId: () => idFromBytes(random.bytes(ID_BYTES)),
    async write(changes) {
      const writing = store.transaction('write', (tx) => writeChanges(tx, changes, time.wallMs(), ports));
      onWriting?.();
      const written = await writing;
      onWritten?.();
      return written;
    },
  };
}

/** All of `changes` in the caller's transaction, which must have the replica's state. */
export async function writeChanges(
  tx: StoreTx,
  changes: readonly Change[],
  wallMs: number,
  {readLifetimes, merging = null}: Pick<WriterPorts, 'readLifetimes'> & Partial<Pick<Lasting, 'merging'>>,
): Promise<Written[]> {
  const ws = new Workset(tx);
  const [state, lifetimes] = await Promise.all([
    tx.state(),
    changes.some(needsLifetimes) ? readLifetimes(tx) : null,
    ws.load(changes.flatMap(refsOf)),
  ]);
  if (state === undefined) throw new SyncFailure({type: 'not_set_up', message: 'this browser has no notebook yet'});
  const written: Written[] = [];
  for (const change of changes) {
    written.push(await make(ws, change, {...writingBy(state, wallMs), lifetimes, merging}));
  }
  await ws.flush();
  return written;
}

interface Lasting extends Writing {
  /** Null where nothing is saved that an editor showed. */
  readonly merging: Pick<Merging, 'mergeBody'> | null;
  /** Read where a change needs them. */
  readonly lifetimes: Lifetimes | null;
}

interface Making extends Lasting {
  /** The automatic revisions of what is saved, the oldest first, where it is time for another. */
  readonly automatic: readonly EntityRow[];
}

function needsLifetimes(change: Change): boolean {
  if (change.type === 'resolve') return change.changes.some(needsLifetimes);
  return change.type === 'delete' || (change.type === 'save' && change.body !== undefined);
}

function refsOf(change: Change): Ref[] {
  if (change.type === 'resolve') return [change, ...change.changes.flatMap(refsOf)];
  return change.type === 'restore' ? [change, {kind: 'revision', id: change.revision}] : [change];
}

async function make(ws: Workset, change: Change, writing: Lasting): Promise<Written> {
  if (change.type === 'resolve') return resolve(ws, change, writing);
  const automatic = await loadRevisions(ws, change, writing);
  return apply(ws, change, {...writing, automatic});
}

async function resolve(ws: Workset, change: Resolution, writing: Lasting): Promise<Written> {
  if (!isLive(ws.version(change))) return told(ws, change, 'missing');
  const obstacle = change.changes.map((part) => obstacleTo(ws, part)).find((found) => found !== null);
  if (obstacle) return told(ws, change, obstacle);
  if (setConflictState(ws, change, 'resolved', writing) === 'not open') return told(ws, change, 'settled');
  for (const part of change.changes) await make(ws, part, writing);
  return told(ws, change, 'written');
}

/** The revisions that a change may keep have ids that follow from what is stored. */
async function loadRevisions(ws: Workset, change: EntityChange, writing: Lasting): Promise<readonly EntityRow[]> {
  const stored = ws.version(change);
  if (stored === undefined) return [];
  if (change.type === 'keep') await ws.load([revisionRef(stored, change.reason)]);
  if (change.type === 'patch') await ws.load([unseenRef(stored, writing)]);
  if (change.type === 'restore' || change.type === 'replace' || change.type === 'delete')
    await ws.load([revisionRef(stored, 'restore'), unseenRef(stored, writing)]);
  if (change.type !== 'save') return [];
  if (replacesUnseen(stored, change)) {
    const overtaken = overtakenBy(stored, change, writing) ?? stored;
    await ws.load([stored, overtaken].map((version) => unseenRef(version, writing)));
    await ws.load([revisionRef(stored, 'merge'), lostRef(change)]);
  }
  if (!isTimeToRevise(ws, change, stored, writing)) return [];
  const automatic = (await ws.tx.revisionsOf(change.id)).filter((row) => keptAutomatically(row) !== null);
  await ws.load([revisionRef(stored, 'edit'), ...automatic]);
  return automatic.sort((a, b) => ((keptAutomatically(a) ?? '') < (keptAutomatically(b) ?? '') ? -1 : 1));
}

/** The stamp of what an automatic revision keeps. */
function keptAutomatically({meta}: EntityRow): Stamp | null {
  return meta?.type === 'revision' && meta.reason === 'edit' ? meta.stamp : null;
}

function apply(ws: Workset, change: EntityChange, writing: Making): Written {
  const stored = ws.version(change);
  switch (change.type) {
    case 'create': {
      if (stored !== undefined) return told(ws, change, 'exists');
      const {data, body} = change;
      return put(ws, change, {deleted: false, meta: null, data, body: body ?? 'same'}, writing);
    }
    case 'save':
      return save(ws, change, stored, writing);
    case 'patch': {
      if (stored === undefined || stored.deleted) return told(ws, change, 'missing');
      const data = change.edit(stored);
      if (data === null) return told(ws, change, 'unchanged');
      const written = put(ws, change, {deleted: false, meta: stored.meta, data, body: 'same'}, writing);
      if (written.outcome !== 'written' || change.hasShown?.(stored) !== false) return written;
      keepUnseen(ws, stored, writing);
      return {...written, outcome: 'written_over_conflict'};
    }
    case 'delete': {
      if (stored === undefined || stored.deleted) return told(ws, change, 'missing');
      const {eraseAfterMs = writing.lifetimes?.deletedMs ?? ERASE_AFTER_MS, of, loaded} = change;
      if (loaded !== undefined && isOther(stored, loaded)) keepUnseen(ws, stored, writing);
      const meta = {type: 'tombstone' as const, eraseAfterMs, ...(of === undefined ? {} : {of})};
      return put(ws, change, {deleted: true, meta, data: stored.data, body: 'same'}, writing);
    }
    case 'undelete': {
      if (stored === undefined || !stored.deleted || isErased(stored)) return told(ws, change, 'missing');
      return put(ws, change, {deleted: false, meta: null, data: stored.data, body: 'same'}, writing);
    }
    case 'restore':
      return restore(ws, change, stored, writing);
    case 'replace': {
      const data = change.data ?? dataOf(stored);
      if (stored === undefined || data === undefined || data.length === 0) return told(ws, change, 'missing');
      return replace(ws, change, stored, {data, body: change.body ?? 'same'}, writing);
    }
    case 'keep': {
      if (stored === undefined || isErased(stored)) return told(ws, change, 'missing');
      if (ws.entity(revisionRef(stored, change.reason)) !== undefined) return told(ws, change, 'exists');
      keepVersion(ws, stored, change.reason, writing.wallMs);
      return told(ws, change, 'written');
    }
  }
}

/** What a save meets: the stored version, and what it writes itself. */
interface Met {
  readonly stored: Version;
  readonly data: Bytes;
  readonly body: Bytes;
}

function save(ws: Workset, change: Save, stored: Version | undefined, writing: Making): Written {
  const data = change.data ?? dataOf(stored);
  if (data === undefined || data.length === 0) return told(ws, change, 'missing');
  const conflict = stored !== undefined && replacesUnseen(stored, change);
  const {body} = change;
  const way = conflict && body !== undefined ? wayAround(ws, stored, change, writing.merging) : null;
  const typed = {...writing, wallMs: typedMs(ws, change, writing)};
  if (way !== null && stored !== undefined && body !== undefined) {
    const met = {stored, data, body};
    if ('lost' in way) return saveBeside(ws, change, {...met, ...way}, typed);
    return saveMerged(ws, change, {...met, ...way}, typed);
  }
  const overtaken = conflict ? overtakenBy(stored, change, writing) : null;
  if (stored !== undefined && overtaken !== null) {
    if (!isOther(overtaken, stored)) return told(ws, change, 'unchanged'); // a deletion of just this
    keepUnseen(ws, overtaken, writing);
    return told(ws, change, 'kept');
  }
  if (conflict && !isErased(stored) && !isLeftToServer(ws, stored, change)) keepUnseen(ws, stored, writing);
  const revise = stored !== undefined && isTimeToRevise(ws, change, stored, writing);
  const content = {deleted: false, meta: null, data, body: body ?? ('same' as const)};
  const written = put(ws, change, content, typed, [change.loaded.stamp]);
  if (conflict && written.outcome === 'written') moveToLoaded(ws, change);
  if (revise && written.outcome === 'written') keepAutomatically(ws, stored, writing);
  return conflict && written.outcome === 'written' ? {...written, outcome: 'written_over_conflict'} : written;
}

/**
 * Another tab's edit, of a version that had lost, waits beside the server's; this save was typed over the server's, all of it, and
 * what it replaces is a conflict of its own. So it is an edit of the server's, which lost to nobody.
 */
function moveToLoaded(ws: Workset, change: Save): void {
  const row = ws.outbox(change);
  const theirs = row?.theirs;
  if (row === undefined || !theirs || theirs.stamp !== change.loaded.stamp || change.body === undefined) return;
  if (change.data === undefined && ws.entity(change)?.parts.data !== theirs.parts.data) return;
  const {seq: _, ...baseVersion} = theirs;
  ws.setOutbox(change, {...row, base: theirs.stamp, baseVersion, theirs: null});
}

/** The time of a save: not before that of an edit which waits, as what is written has that one's content, too. */
function typedMs(ws: Workset, change: Save, {wallMs}: Writing): number {
  return Math.min(wallMs, Math.max(change.editedMs ?? wallMs, ws.outbox(change)?.editedMs ?? 0));
}

/** What was typed, as a version of its time, where the stored one is newer than that. */
function overtakenBy(stored: Version, change: Save, {replica, wallMs, correctionMs}: Writing): Version | null {
  const {editedMs, loaded, data = stored.data, body = 'same'} = change;
  if (editedMs === undefined) return null;
  const stamp = makeStamp(Math.min(editedMs, wallMs) + correctionMs, replica, [loaded.stamp]);
  return stored.stamp < stamp ? null : compose(change, {deleted: false, meta: null, data, body}, stamp, stored);
}

/**
 * What stood there stays a revision without a badge: nobody is asked. It also stays as what the server has, so that this device can give
 * it back ◆: without it what waits would have nothing to merge with.
 */
function saveBeside(ws: Workset, change: Save, {stored, data, body, lost}: Met & Beside, writing: Writing): Written {
  const known = ws.entity(change)?.known;
  keepVersion(ws, stored, 'merge', writing.wallMs);
  writeVersion(ws, change, {deleted: false, meta: null, data, body}, writing, [change.loaded.stamp], lost);
  const queued = ws.outbox(change);
  if (queued !== undefined && known?.stamp === stored.stamp && known.hash === stored.hash)
    ws.setOutbox(change, {...queued, theirs: {...stored, seq: known.seq}});
  return told(ws, change, 'written');
}

/** What is loaded then is what was typed: the editor doesn't show the merge yet. */
function saveMerged(ws: Workset, change: Save, {stored, data, body, merged}: Met & Merge, writing: Writing): Written {
  const {kind, id, loaded} = change;
  const written = put(ws, change, {deleted: false, meta: null, data, body: merged}, writing, [loaded.stamp]);
  if (written.outcome === 'written') keepForMerge(ws, stored, writing.wallMs);
  const parts = {...(ws.entity(change)?.parts ?? stored.parts), body: hashOf(body)};
  return {kind, id, outcome: 'merged', loaded: {stamp: loaded.stamp, parts}};
}

/** What an edit of the text leaves as it is. An erased version has none, whatever a disk has put there. */
function dataOf(stored: Version | undefined): Version['data'] | undefined {
  return stored === undefined || isErased(stored) ? undefined : stored.data;
}

function restore(
  ws: Workset,
  change: EntityChange & {type: 'restore'},
  stored: Version | undefined,
  writing: Writing,
): Written {
  const obstacle = restoreObstacle(ws, change);
  const revision = ws.version({kind: 'revision', id: change.revision});
  if (obstacle !== null || !isLive(revision)) return told(ws, change, obstacle ?? 'missing');
  const {data, body} = revision;
  return replace(ws, change, stored, {data, body: body ?? 'same'}, writing);
}

/** Why what was decided can't be made. Places are passed over: a note that comes back without its old one is placed anew. */
function obstacleTo(ws: Workset, change: EntityChange): 'missing' | 'body_missing' | null {
  const stored = ws.version(change);
  if (change.type === 'restore') return restoreObstacle(ws, change);
  if (change.kind === 'branch') return null;
  const isThere =
    change.type === 'undelete' || change.type === 'replace'
      ? stored !== undefined && !isErased(stored)
      : change.type !== 'patch' || isLive(stored);
  return isThere ? null : 'missing';
}

function restoreObstacle(
  ws: Workset,
  change: EntityChange & {readonly type: 'restore'},
): 'missing' | 'body_missing' | null {
  const revision = ws.version({kind: 'revision', id: change.revision});
  if (!isLive(revision)) return 'missing';
  return revision.body === null ? 'body_missing' : null;
}

function isLive(version: Version | undefined): version is Version {
  return version !== undefined && !version.deleted;
}

/** The replaced version is kept: asked about again where the person who decided hadn't seen it. */
function replace(
  ws: Workset,
  {kind, id, loaded}: Ref & {readonly loaded?: Loaded},
  stored: Version | undefined,
  {data, body}: Pick<Content, 'data' | 'body'>,
  writing: Writing,
): Written {
  const replacement = {data, ...(body === 'same' ? {} : {body})};
  const isUnseenReplaced =
    stored !== undefined && loaded !== undefined && replacesUnseen(stored, {loaded, ...replacement});
  const after = loaded === undefined ? [] : [loaded.stamp];
  const isKept = stored !== undefined && !isErased(stored) && !isLeftToServer(ws, stored, {data, body});
  const written = put(ws, {kind, id}, {deleted: false, meta: null, data, body}, writing, after);
  if (written.outcome !== 'written' || !isKept) return written;
  if (!isUnseenReplaced) {
    keepVersion(ws, stored, 'restore', writing.wallMs);
    return written;
  }
  keepUnseen(ws, stored, writing);
  return {...written, outcome: 'written_over_conflict'};
}

function isOther({parts}: Version, {parts: seen}: Loaded): boolean {
  return parts.data !== seen.data || parts.body !== seen.body;
}

function isTimeToRevise(ws: Workset, change: Save, stored: Version, {wallMs, lifetimes}: Lasting): boolean {
  if (
    lifetimes === null ||
    change.body === undefined ||
    stored.deleted ||
    stored.body === null ||
    stored.body.length === 0
  )
    return false;
  const last = ws.entity(change)?.revisedMs ?? null;
  return last === null || Math.abs(wallMs - last) >= lifetimes.reviseEveryMs;
}

/** One more, and beyond the limit the oldest go for good: nothing else is ever dropped by a limit. */
function keepAutomatically(ws: Workset, version: Version, writing: Making): void {
  const {wallMs, automatic, lifetimes} = writing;
  keepVersion(ws, version, 'edit', wallMs);
  const row = ws.entity(version);
  if (row !== undefined) ws.setEntity({...row, revisedMs: wallMs});
  const others = automatic.filter(({id}) => id !== revisionRef(version, 'edit').id);
  const excess = lifetimes === null ? 0 : others.length + 1 - lifetimes.revisionsPerNote;
  const gone = {deleted: true, meta: {type: 'tombstone', eraseAfterMs: 0}, data: NO_BYTES, body: NO_BYTES} as const;
  for (const {kind, id} of others.slice(0, Math.max(0, excess))) writeVersion(ws, {kind, id}, gone, writing);
}

function put(
  ws: Workset,
  ref: Ref,
  content: Parameters<typeof writeVersion>[2],
  writing: Writing,
  after: readonly string[] = [],
): Written {
  return told(ws, ref, writeVersion(ws, ref, content, writing, after) === undefined ? 'unchanged' : 'written');
}

function told(ws: Workset, {kind, id}: Ref, outcome: Written['outcome']): Written {
  const row = ws.entity({kind, id});
  const loaded: Loaded | null = row === undefined ? null : {stamp: row.stamp, parts: row.parts};
  return {kind, id, outcome, loaded};
}
