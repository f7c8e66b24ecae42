/**
 * One attempt to make both sides hold the same again (design section 8), in at most three kinds of request: which buckets
 * differ, which entities in them, and back with what the server lacks. No new stamps.
 *
 * 1. The damaged side is the one that fails its own hash: its row counts as absent.
 * 2. Only here: goes to the server with its old stamp. Only there: comes here. Both: the higher stamp stands, and at equal
 *    stamps the server's; a sound one that goes is kept as a `restore` revision.
 * 3. An entity that waits is not touched: it learns what the server has, and its push decides.
 * 4. Everything is compared at one head, this device's cursor; when either moves meanwhile the attempt ends and changes
 *    nothing wrong: what was moved is what the other side holds.
 */

import {fromBase64Url} from '../../protocol/bytes.ts';
import {BUCKET_DIGEST_BYTES, bucketDigest, bucketOf, leafOf, leafPrefix} from '../../protocol/digest.ts';
import {isErased, keepsLosers, type Ref, refKey, type Version} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_FETCH_REFS, MAX_PUSH_ENTITIES, PUSH_BATCH_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, PulledEntity} from '../../protocol/messages.ts';
import {encodeVersion} from '../../protocol/wire.ts';
import type {VerifyProgress} from './api.ts';
import {localRoot} from './check.ts';
import {asAbsent, countsAsAbsent} from './inspect.ts';
import {keepVersion, revisionRef} from './local-version.ts';
import type {EntityRow, HashCheck, OutboxRow, ReplicaState, StoreTx, Unresolved} from './ports.ts';
import {fetchEntities} from './pull.ts';
import type {CountedRow} from './recount.ts';
import {ALL_BUCKETS, countedRows, recount} from './recount.ts';
import type {RoundPorts} from './round.ts';
import {askedBy, callOptions, linkOf, type Standing, strangerIn, withSeen} from './standing.ts';
import {acknowledge, adopt, decodeServerVersion, knownOf, type ServerVersion} from './verdict.ts';
import {Workset} from './workset.ts';

/** `differing`: the buckets whose kept digests differ. `everything`: both sides compute every hash from the bytes first. */
export type RepairScope = 'differing' | 'everything';

/** `moved`: one side changed meanwhile; nothing can be said now. */
export interface Repaired {
  readonly outcome: 'equal' | 'different' | 'moved';
  /** Entities computed here, and rows of either side that were put right. */
  readonly checked: number;
  readonly repaired: number;
  readonly unresolved: readonly Unresolved[];
}

interface Difference {
  readonly buckets: readonly number[];
  /** What the digest of this device counts in them. */
  readonly counted: readonly CountedRow[];
}

interface Tally {
  checked: number;
  repaired: number;
  readonly damagedHere: Ref[];
  readonly damagedThere: Ref[];
}

export async function repair(
  ports: RoundPorts,
  scope: RepairScope,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<Result<Repaired>> {
  const tally: Tally = {checked: 0, repaired: 0, damagedHere: [], damagedThere: []};
  if (scope === 'everything') await recountHere(ports, ALL_BUCKETS, tally, onProgress);
  onProgress({phase: 'server', done: 0, total: 1});
  const listed = await ask(ports, 'buckets', scope === 'everything' ? {recompute: true} : {});
  if (!listed.ok) return listed;
  if (listed.value === 'moved') return moved(tally);
  const difference = await findDifference(ports, listed.value, scope, tally);
  onProgress({phase: 'repair', done: 0, total: difference.buckets.length});
  const fetched = await fetchLacking(ports, difference, tally);
  if (!fetched.ok) return fetched;
  if (fetched.value === 'moved') return moved(tally);
  const bodies = await fetchBodies(ports, tally);
  if (!bodies.ok) return bodies;
  const suspects = suspectBuckets(difference, fetched.value, listed.value.stale ?? [], tally);
  const returned = await returnLacking(ports, difference, fetched.value, suspects, tally);
  if (!returned.ok) return returned;
  return ok(await conclude(ports, returned.value ?? listed.value, tally));
}

async function recountHere(
  ports: RoundPorts,
  buckets: readonly number[],
  tally: Tally,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<void> {
  const {checked, damaged, mended} = await recount(ports, buckets, (done, total) =>
    onProgress({phase: 'device', done, total}),
  );
  tally.checked += checked;
  tally.repaired += mended;
  tally.damagedHere.push(...damaged);
}

/** The answer, if it was read at the place where this device is. */
async function ask<N extends 'buckets' | 'items'>(
  {store, transport}: RoundPorts,
  name: N,
  request: Omit<CallRequest<N>, 'protocol' | 'replica' | 'history'>,
): Promise<Result<CallAnswer<N> | 'moved'>> {
  const link = linkOf(await store.transaction('read', (tx) => tx.state()));
  if (!link.ok) return link;
  const state = link.value;
  const answer = await transport.call(name, {...askedBy(state), ...request} as CallRequest<N>, callOptions(state));
  if (!answer.ok) return answer;
  const stranger = strangerIn(state, answer.value);
  if (stranger !== undefined) return failed(stranger);
  return ok(isAt(state, answer.value) ? answer.value : 'moved');
}

function isAt({cursor}: ReplicaState, {head}: Standing): boolean {
  return cursor?.seq === head.seq && cursor.mark === head.mark;
}

/** Kept digests may be wrong themselves: what differs is made anew from the rows before it is believed. */
async function findDifference(
  ports: RoundPorts,
  {digests}: CallAnswer<'buckets'>,
  scope: RepairScope,
  tally: Tally,
): Promise<Difference> {
  const theirs = fromBase64Url(digests) ?? new Uint8Array(0);
  let buckets = await differing(ports, theirs);
  if (scope === 'differing' && buckets.length > 0) {
    await recountHere(ports, buckets, tally);
    buckets = await differing(ports, theirs);
  }
  return {buckets, counted: buckets.length === 0 ? [] : await countedRows(ports.store, buckets)};
}

async function differing({store}: RoundPorts, theirs: Uint8Array): Promise<number[]> {
  const mine = await store.transaction('read', (tx) => tx.buckets(ALL_BUCKETS));
  return ALL_BUCKETS.filter((index) => {
    const digest = theirs.subarray(index * BUCKET_DIGEST_BYTES, (index + 1) * BUCKET_DIGEST_BYTES);
    const own = mine[index] === undefined ? undefined : bucketDigest(mine[index]);
    return own === undefined || own.some((byte, at) => byte !== digest[at]);
  });
}

/** Gets what the server has and this device lacks, page by page; the prefixes that the server lacks. */
async function fetchLacking(
  ports: RoundPorts,
  {buckets, counted}: Difference,
  tally: Tally,
): Promise<Result<ReadonlySet<string> | 'moved'>> {
  if (buckets.length === 0) return ok(new Set());
  const prefixesByBucket = new Map<number, string[]>(buckets.map((bucket) => [bucket, []]));
  for (const row of counted) prefixesByBucket.get(bucketOf(row.id))?.push(prefixOf(row));
  for (;;) {
    const request = {buckets: [...prefixesByBucket].map(([bucket, prefixes]) => ({bucket, prefixes}))};
    const page = await ask(ports, 'items', request);
    if (!page.ok || page.value === 'moved') return page.ok ? ok('moved') : page;
    const {rows, lacking, damaged, done} = page.value;
    const versions = rows.map(decodeServerVersion);
    const whole = versions.filter((version) => version !== 'damaged');
    if (whole.length < rows.length) return failed({type: 'hash_mismatch', message: 'a repair arrived damaged'});
    if (!(await storeRows(ports, page.value, whole))) return ok('moved');
    tally.repaired += rows.length;
    if (done) {
      tally.damagedThere.push(...damaged);
      return ok(new Set(lacking));
    }
    for (const row of rows) prefixesByBucket.get(bucketOf(row.id))?.push(leafPrefix(leafOf(row)));
  }
}

/** Texts of entities that wait: they count, so that no difference of digests shows that their texts are gone. */
async function fetchBodies(ports: RoundPorts, {damagedHere}: Tally): Promise<Result<void>> {
  const missing = await ports.store.transaction('read', async (tx) => {
    const outbox = await tx.outbox(damagedHere);
    const entities = await tx.entities(damagedHere);
    const bodies = await tx.bodies(damagedHere);
    return damagedHere.filter((_, i) => outbox[i]?.parked === null && entities[i]?.parts.body !== bodies[i]?.hash);
  });
  return missing.length === 0 ? ok(undefined) : fetchEntities(ports, missing.slice(0, MAX_FETCH_REFS));
}

function prefixOf({kind, id, known: {stamp, hash}}: CountedRow): string {
  return leafPrefix(leafOf({kind, id, stamp, hash}));
}

/** False where the cursor moved since the page was asked for. */
async function storeRows(
  {store, time}: RoundPorts,
  standing: Standing,
  versions: readonly ServerVersion[],
): Promise<boolean> {
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined || !isAt(state, standing)) return false;
    await takeRows(tx, versions, time.wallMs());
    return true;
  });
}

async function takeRows(tx: StoreTx, versions: readonly ServerVersion[], wallMs: number): Promise<void> {
  const ws = new Workset(tx);
  await ws.load(versions);
  await ws.load(versions.flatMap((version) => keptRef(ws, version)));
  for (const version of versions) takeRow(ws, version, wallMs);
  await ws.flush();
}

function keptRef(ws: Workset, ref: Ref): Ref[] {
  const mine = ws.version(ref);
  return mine === undefined || mine.kind === 'revision' ? [] : [revisionRef(mine, 'restore')];
}

function takeRow(ws: Workset, theirs: ServerVersion, wallMs: number): void {
  const row = ws.outbox(theirs);
  const entity = ws.entity(theirs);
  const mine = ws.version(theirs);
  if (row !== undefined && entity !== undefined) {
    learn(ws, entity, row, theirs);
  } else if (entity === undefined || mine === undefined || countsAsAbsent(entity)) {
    adopt(ws, theirs);
  } else if (mine.stamp <= theirs.stamp) {
    const isLost = mine.hash !== theirs.hash && keepsLosers(mine.kind) && !isErased(mine) && mine.body !== null;
    if (isLost) keepVersion(ws, mine, 'restore', wallMs);
    adopt(ws, theirs);
  }
}

function learn(ws: Workset, entity: EntityRow, row: OutboxRow, theirs: ServerVersion): void {
  if (row.sent.includes(theirs.stamp)) {
    acknowledge(ws, {pushed: theirs, sent: [theirs.stamp]}, row, theirs);
    return;
  }
  ws.setOutbox(row, {...row, theirs: theirs.stamp === row.base ? null : theirs});
  ws.setEntity({...entity, known: knownOf(theirs)});
}

/**
 * Whose digest the server has to make anew: where it lacks a row or has a damaged one, and where nothing was found to
 * explain the difference, so that the digest itself is wrong.
 */
function suspectBuckets(
  {buckets, counted}: Difference,
  lacking: ReadonlySet<string>,
  stale: readonly number[],
  {damagedThere, repaired}: Tally,
): number[] {
  const returned = counted.filter((row) => lacking.has(prefixOf(row))).map(({id}) => bucketOf(id));
  const damaged = damagedThere.map(({id}) => bucketOf(id));
  const unexplained = returned.length + damaged.length + repaired === 0 ? buckets : [];
  return [...new Set([...returned, ...damaged, ...stale, ...unexplained])];
}

/** Gives back what the server lacks. The standing of the last answer; null where there was nothing to say. */
async function returnLacking(
  ports: RoundPorts,
  {counted}: Difference,
  lacking: ReadonlySet<string>,
  buckets: readonly number[],
  tally: Tally,
): Promise<Result<Standing | null>> {
  const refs = counted.filter((row) => lacking.has(prefixOf(row)));
  const entities = await versionsToReturn(ports, refs);
  let standing: Standing | null = null;
  let asked = buckets;
  for (const batch of batchesOf(entities)) {
    if (batch.length === 0 && asked.length === 0) break;
    const answer = await callRepair(ports, asked, batch);
    if (!answer.ok) return answer;
    tally.repaired += batch.length;
    standing = answer.value;
    asked = [];
  }
  return ok(standing);
}

/** One entry at least, so that buckets without entities are asked for too. */
function batchesOf(entities: readonly PulledEntity[]): PulledEntity[][] {
  const batches: PulledEntity[][] = [[]];
  let bytes = 0;
  for (const entity of entities) {
    const size = JSON.stringify(entity).length;
    const last = batches.at(-1) ?? [];
    const isFull = last.length > 0 && (bytes + size > PUSH_BATCH_BYTES || last.length >= MAX_PUSH_ENTITIES);
    if (isFull) batches.push([entity]);
    else last.push(entity);
    bytes = isFull ? size : bytes + size;
  }
  return batches;
}

/** As the server had them. Of an entity that waits that is its base; where that isn't here it counts no longer. */
async function versionsToReturn({store}: RoundPorts, refs: readonly CountedRow[]): Promise<PulledEntity[]> {
  if (refs.length === 0) return [];
  return store.transaction('write', async (tx) => {
    const ws = new Workset(tx);
    await ws.load(refs);
    const entities: PulledEntity[] = [];
    for (const ref of refs) {
      const entity = ws.entity(ref);
      if (entity?.known == null) continue;
      const {known} = entity;
      const candidates = [ws.version(ref), ws.outbox(ref)?.baseVersion, ws.outbox(ref)?.theirs];
      const had = candidates.find((one) => one?.stamp === known.stamp && one.hash === known.hash && one.body !== null);
      if (had) entities.push({...encodeVersion(had as Version), seq: known.seq});
      else ws.setEntity(asAbsent(entity));
    }
    await ws.flush();
    return entities;
  });
}

async function callRepair(
  ports: RoundPorts,
  buckets: readonly number[],
  entities: readonly PulledEntity[],
): Promise<Result<Standing>> {
  const {store, transport, time} = ports;
  const link = linkOf(await store.transaction('read', (tx) => tx.state()));
  if (!link.ok) return link;
  const request = {...askedBy(link.value), buckets: [...buckets], entities: [...entities]};
  const answer = await transport.call('repair', request, callOptions(link.value));
  if (!answer.ok) return answer;
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = strangerIn(state, answer.value);
    if (stranger !== undefined) return failed(stranger);
    await storeVerdicts(tx, answer.value, time.wallMs());
    const {before, head} = answer.value;
    const cursor = state.cursor?.seq === before && head.seq > before ? head : state.cursor;
    await tx.putState(withSeen({...state, cursor}, answer.value));
    return ok(answer.value);
  });
}

async function storeVerdicts(tx: StoreTx, {verdicts}: CallAnswer<'repair'>, wallMs: number): Promise<void> {
  const kept = verdicts.flatMap((verdict) => (verdict.type === 'kept' ? [decodeServerVersion(verdict.current)] : []));
  await takeRows(
    tx,
    kept.filter((version) => version !== 'damaged'),
    wallMs,
  );
  const stored = verdicts.flatMap((verdict) => (verdict.type === 'stored' ? [verdict] : []));
  const ws = new Workset(tx);
  await ws.load(stored);
  for (const {seq, stamp, ...ref} of stored) {
    const entity = ws.entity(ref);
    if (entity?.known?.stamp === stamp) ws.setEntity({...entity, known: {...entity.known, seq}});
  }
  await ws.flush();
}

function moved({checked, repaired}: Tally): Result<Repaired> {
  return ok({outcome: 'moved', checked, repaired, unresolved: []});
}

async function conclude(
  {store, time}: RoundPorts,
  standing: Standing,
  {checked, repaired, damagedHere, damagedThere}: Tally,
): Promise<Repaired> {
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    const unresolved = await stillUnresolved(tx, state?.unresolved ?? [], damagedHere, damagedThere);
    if (state === undefined || !isAt(state, standing)) {
      if (state !== undefined) await tx.putState({...state, unresolved});
      return {outcome: 'moved', checked, repaired, unresolved};
    }
    const root = await localRoot(tx);
    const result = root === standing.root ? 'equal' : 'different';
    const lastCheck: HashCheck = {atMs: time.wallMs(), result, root, serverRoot: standing.root};
    await tx.putState({...state, unresolved, lastCheck});
    return {outcome: result, checked, repaired, unresolved};
  });
}

/** Those of before and of now that nobody has whole yet. */
async function stillUnresolved(
  tx: StoreTx,
  before: readonly Unresolved[],
  here: readonly Ref[],
  there: readonly Ref[],
): Promise<Unresolved[]> {
  const candidates = new Map<string, Unresolved>();
  for (const one of before) candidates.set(refKey(one), one);
  for (const {kind, id} of there) candidates.set(refKey({kind, id}), {kind, id, where: 'server'});
  for (const {kind, id} of here) candidates.set(refKey({kind, id}), {kind, id, where: 'device'});
  const all = [...candidates.values()];
  const entities = await tx.entities(all);
  const outbox = await tx.outbox(all);
  return all.filter((_, i) => {
    const entity = entities[i];
    if (outbox[i] !== undefined) return outbox[i].parked?.type === 'wrong_hash';
    return entity === undefined ? all[i]?.where === 'server' : countsAsAbsent(entity);
  });
}
