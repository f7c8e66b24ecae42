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

import {equalBytes, fromBase64Url} from '../../protocol/bytes.ts';
import {bucketDigest, bucketOf, digestAt, leafOf, leafPrefix} from '../../protocol/digest.ts';
import {type Ref, refKey} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import type {CallAnswer, CallRequest, PulledEntity} from '../../protocol/messages.ts';
import type {VerifyProgress} from './api.ts';
import {localRoot} from './check.ts';
import {fetchEntities} from './fetch-entities.ts';
import {countsAsAbsent, isOwnDeleted} from './inspect.ts';
import {letGo} from './let-go.ts';
import type {HashCheck, StoreTx, Unresolved} from './ports.ts';
import {ALL_BUCKETS, type CountedRow, countedRows, recount} from './recount.ts';
import {type Ground, SAME_HISTORY} from './repair-ground.ts';
import {returnRows} from './repair-return.ts';
import {takeRows} from './repair-rows.ts';
import type {RoundPorts} from './round-ports.ts';
import {decodeServerVersion, type ServerVersion} from './server-version.ts';
import {callOptions, linkOf, type Standing} from './standing.ts';
import {isParkedAsDamaged} from './unresolved.ts';

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
  /** These, those of what is damaged here, as the server may have lost that, too, and those in which it found damage itself. */
  readonly asked: readonly number[];
  /** What the digest of this device counts in the buckets asked about. */
  readonly counted: readonly CountedRow[];
}

export interface RepairOptions {
  readonly ground?: Ground;
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Found on this device before: counted no more, so that no difference may tell of them. */
  readonly damaged?: readonly Ref[];
}

interface Tally {
  readonly ground: Ground;
  checked: number;
  repaired: number;
  readonly damagedHere: Ref[];
  readonly damagedThere: Ref[];
  /** Whole here, and not taken by the server. */
  readonly refused: Ref[];
  /** Erased here, by a higher stamp than the server's: no digest of this device tells the server. */
  readonly higherHere: Ref[];
}

function newTally(ground: Ground, damaged: readonly Ref[]): Tally {
  return {ground, checked: 0, repaired: 0, damagedHere: [...damaged], damagedThere: [], refused: [], higherHere: []};
}

export async function repair(
  ports: RoundPorts,
  scope: RepairScope,
  {ground = SAME_HISTORY, onProgress = () => undefined, damaged = []}: RepairOptions = {},
): Promise<Result<Repaired>> {
  const tally = newTally(ground, damaged);
  if (scope === 'everything') await recountHere(ports, ALL_BUCKETS, tally, onProgress);
  onProgress({phase: 'server', done: 0, total: 1});
  const listed = await ask(ports, tally, 'buckets', scope === 'everything' ? {recompute: true} : {});
  if (!listed.ok) return listed;
  if (listed.value === 'moved') return moved(tally);
  const difference = await findDifference(ports, listed.value, scope, tally);
  onProgress({phase: 'repair', done: 0, total: difference.buckets.length});
  const fetched = await fetchLacking(ports, difference, tally);
  if (!fetched.ok) return fetched;
  if (fetched.value === 'moved') return moved(tally);
  const bodies = await fetchBodies(ports, tally);
  if (!bodies.ok) return bodies;
  const {prefixes, lossy} = fetched.value;
  const lacking = difference.counted.filter((row) => prefixes.has(prefixOf(row)));
  const suspects = suspectBuckets(difference.buckets, lacking, listed.value.stale ?? [], tally);
  const sorted = await letGo(ports, ground, {lacking, absent: absentIn(tally), lossy});
  if (!sorted.ok) return sorted;
  const returned = await returnRows(ports, ground, [...sorted.value, ...tally.higherHere], suspects);
  if (!returned.ok) return returned;
  tally.damagedHere.push(...returned.value.damaged);
  tally.refused.push(...returned.value.refused);
  tally.repaired += returned.value.count + lacking.length - sorted.value.length;
  return ok(await conclude(ports, returned.value.standing ?? listed.value, tally));
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
  {ground}: Tally,
  name: N,
  request: Omit<CallRequest<N>, 'protocol' | 'replica' | 'history'>,
): Promise<Result<CallAnswer<N> | 'moved'>> {
  const link = linkOf(await store.transaction('read', (tx) => tx.state()));
  if (!link.ok) return link;
  const state = link.value;
  const answer = await transport.call(name, {...ground.asked(state), ...request} as CallRequest<N>, callOptions(state));
  if (!answer.ok) return answer;
  const stranger = ground.strangerIn(state, answer.value);
  if (stranger !== undefined) return failed(stranger);
  return ok(ground.isAt(state, answer.value) ? answer.value : 'moved');
}

/** Kept digests may be wrong themselves: what differs is made anew from the rows before it is believed. */
async function findDifference(
  ports: RoundPorts,
  {digests, stale = []}: CallAnswer<'buckets'>,
  scope: RepairScope,
  tally: Tally,
): Promise<Difference> {
  const theirs = fromBase64Url(digests) ?? new Uint8Array(0);
  let buckets = await differing(ports, theirs);
  if (scope === 'differing' && buckets.length > 0) {
    await recountHere(ports, buckets, tally);
    buckets = await differing(ports, theirs);
  }
  const asked = [...new Set([...buckets, ...stale, ...tally.damagedHere.map(({id}) => bucketOf(id))])];
  return {buckets, asked, counted: asked.length === 0 ? [] : await countedRows(ports.store, asked)};
}

async function differing({store}: RoundPorts, theirs: Uint8Array): Promise<number[]> {
  const mine = await store.transaction('read', (tx) => tx.buckets(ALL_BUCKETS));
  return ALL_BUCKETS.filter((index) => {
    const bucket = mine[index];
    return bucket === undefined || !equalBytes(bucketDigest(bucket), digestAt(theirs, index));
  });
}

interface Lacking {
  readonly prefixes: ReadonlySet<string>;
  /** Buckets of which the server lost rows. */
  readonly lossy: ReadonlySet<number>;
}

/** Gets what the server has and this device lacks, page by page; what the server lacks. */
async function fetchLacking(
  ports: RoundPorts,
  {asked, counted}: Difference,
  tally: Tally,
): Promise<Result<Lacking | 'moved'>> {
  if (asked.length === 0) return ok({prefixes: new Set(), lossy: new Set()});
  const prefixesByBucket = new Map<number, Set<string>>(asked.map((bucket) => [bucket, new Set()]));
  for (const row of counted) prefixesByBucket.get(bucketOf(row.id))?.add(prefixOf(row));
  for (;;) {
    const request = {buckets: [...prefixesByBucket].map(([bucket, prefixes]) => ({bucket, prefixes: [...prefixes]}))};
    const page = await ask(ports, tally, 'items', request);
    if (!page.ok || page.value === 'moved') return page.ok ? ok('moved') : page;
    const {rows, lacking, damaged, lossy, done} = page.value;
    const versions = rows.map(decodeServerVersion);
    const whole = versions.filter((version) => version !== 'damaged');
    if (whole.length < rows.length) return failed({type: 'damaged_answer', message: 'a repair arrived damaged'});
    if (!(await storeRows(ports, tally, page.value, whole))) return ok('moved');
    tally.repaired += rows.length;
    if (done) {
      tally.damagedThere.push(...damaged);
      return ok({prefixes: new Set(lacking), lossy: new Set(lossy)});
    }
    const before = sizeOf(prefixesByBucket);
    for (const row of rows) addPrefix(prefixesByBucket, row);
    if (sizeOf(prefixesByBucket) === before)
      return failed({type: 'server_error', message: 'a page of a repair that isn’t the last brings nothing new'});
  }
}

function addPrefix(prefixesByBucket: ReadonlyMap<number, Set<string>>, row: PulledEntity): void {
  prefixesByBucket.get(bucketOf(row.id))?.add(leafPrefix(leafOf(row)));
}

function sizeOf(prefixesByBucket: ReadonlyMap<number, ReadonlySet<string>>): number {
  return [...prefixesByBucket.values()].reduce((sum, {size}) => sum + size, 0);
}

/** Texts of entities that wait: they count, so that no difference of digests shows that their texts are gone. */
async function fetchBodies(ports: RoundPorts, {ground, damagedHere}: Tally): Promise<Result<void>> {
  const missing = await ports.store.transaction('read', async (tx) => {
    const outbox = await tx.outbox(damagedHere);
    const entities = await tx.entities(damagedHere);
    const bodies = await tx.bodies(damagedHere);
    return damagedHere.filter((_, i) => outbox[i]?.parked === null && entities[i]?.parts.body !== bodies[i]?.hash);
  });
  return fetchEntities(ports, missing, ground);
}

function prefixOf({kind, id, known: {stamp, hash}}: CountedRow): string {
  return leafPrefix(leafOf({kind, id, stamp, hash}));
}

/** False where the cursor moved since the page was asked for. */
async function storeRows(
  {store, time}: RoundPorts,
  {ground, higherHere}: Tally,
  standing: Standing,
  versions: readonly ServerVersion[],
): Promise<boolean> {
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined || !ground.isAt(state, standing)) return false;
    higherHere.push(...(await takeRows(tx, versions, time.wallMs())));
    return true;
  });
}

/**
 * Whose digest the server has to make anew: where it lacks a row or has a damaged one, and where nothing was found to
 * explain the difference, so that the digest itself is wrong.
 */
function suspectBuckets(
  buckets: readonly number[],
  lacking: readonly CountedRow[],
  stale: readonly number[],
  {damagedThere, repaired}: Tally,
): number[] {
  const known = [...lacking, ...damagedThere].map(({id}) => bucketOf(id));
  const unexplained = known.length + repaired === 0 ? buckets : [];
  return [...new Set([...known, ...stale, ...unexplained])];
}

/** Whole on neither side, as far as this device knows; what is damaged on the server is there. */
function absentIn({damagedHere, damagedThere}: Tally): Ref[] {
  const there = new Set(damagedThere.map(refKey));
  return damagedHere.filter((ref) => !there.has(refKey(ref)));
}

function moved({checked, repaired}: Tally): Result<Repaired> {
  return ok({outcome: 'moved', checked, repaired, unresolved: []});
}

async function conclude(
  {store, time}: RoundPorts,
  standing: Standing,
  {ground, checked, repaired, ...found}: Tally,
): Promise<Repaired> {
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    const unresolved = await stillUnresolved(tx, state?.unresolved ?? [], found);
    if (state === undefined || !ground.isAt(state, standing)) {
      if (state !== undefined) await tx.putState({...state, unresolved});
      return {outcome: 'moved', checked, repaired, unresolved};
    }
    const root = await localRoot(tx);
    const result = root === standing.root ? 'equal' : 'different';
    const lastCheck: HashCheck = {atMs: time.wallMs(), result, root, serverRoot: standing.root};
    const agreed = result === 'equal' ? await ground.equal(tx, state, standing) : state;
    await tx.putState({...agreed, unresolved, lastCheck});
    return {outcome: result, checked, repaired, unresolved};
  });
}

/** Those of before and of now that nobody has whole yet. */
async function stillUnresolved(
  tx: StoreTx,
  before: readonly Unresolved[],
  {damagedHere, damagedThere, refused}: Pick<Tally, 'damagedHere' | 'damagedThere' | 'refused'>,
): Promise<Unresolved[]> {
  const candidates = new Map<string, Unresolved>();
  for (const one of before) candidates.set(refKey(one), one);
  for (const {kind, id} of damagedThere) candidates.set(refKey({kind, id}), {kind, id, where: 'server'});
  for (const {kind, id} of refused) candidates.set(refKey({kind, id}), {kind, id, where: 'refused'});
  for (const {kind, id} of damagedHere) candidates.set(refKey({kind, id}), {kind, id, where: 'device'});
  const all = [...candidates.values()];
  const entities = await tx.entities(all);
  const outbox = await tx.outbox(all);
  return all.filter((_, i) => {
    const entity = entities[i];
    if (outbox[i] !== undefined) return isParkedAsDamaged(outbox[i]);
    if (entity === undefined) return all[i]?.where === 'server';
    return countsAsAbsent(entity) && !isOwnDeleted(entity);
  });
}
