/**
 * Putting right what a disk lost (design section 8), in one write transaction. First the buckets that differ are made anew
 * from the rows that are sound; what fails its own hash leaves, its bytes set aside. Then what a replica has and the server
 * lacks comes back with its old stamp, and at its old seq where that is free: who has it already sees nothing of this.
 *
 * 1. A sound row at a seq that the history hasn't reached was written by nobody that this server knows: it takes the next seq,
 *    as no pull would ever send it, and a later commit would want its place.
 * 2. What is sound here is replaced by a higher stamp only, and is then kept as a `restore` revision.
 * 3. No new stamps.
 * 4. A sound row that isn't found where it counts is filed anew, as it is: it keeps its seq.
 * 5. At or below the account's floor nothing comes back at its old seq: who saw that deletion would see nothing of it.
 */

import * as z from 'zod/mini';
import {bucketOf, isCounted} from '../../protocol/digest.ts';
import {isErased, keepsLosers, refKey} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_PULL_ROWS} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, RepairVerdict} from '../../protocol/messages.ts';
import {returnedEntitySchema} from '../../protocol/requests.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {decodeVersion, isWhole} from '../../protocol/wire.ts';
import type {WholeRow} from '../storage/port.ts';
import {openCommit, type WholeVersion} from './commit.ts';
import type {Court} from './court.ts';
import {readCurrent} from './current.ts';
import {checkHistory} from './history.ts';
import {nativeHashOf} from './native-hash.ts';
import type {CorePorts, Device} from './ports.ts';
import {readBucket} from './recompute.ts';
import {faultsIn, nameIn, rejected} from './rejected.ts';
import {isSoundWhole} from './sound.ts';
import {answered, createSupply, type Outcome, type Supply} from './supply.ts';

interface Returned {
  readonly version: WholeVersion;
  /** Where the replica says that the server had it. */
  readonly seq: number;
}

export async function repair(
  ports: CorePorts,
  {accountId}: Device,
  {history, buckets, entities}: CallRequest<'repair'>,
): Promise<Outcome<CallAnswer<'repair'>>> {
  const returned = entities.map(decodeReturned);
  const writing = ports.storage.write<Outcome<CallAnswer<'repair'>>>(accountId, async (tx) => {
    const otherHistory = await checkHistory(tx, accountId, history);
    if (otherHistory !== undefined) return {answer: failed(otherHistory), commit: 'unchanged'};
    const commit = await openCommit(tx, accountId, ports);
    const court: Court = {tx, accountId, commit, nowMs: ports.now(), log: ports.log, ...createSupply()};
    const versions = returned.flatMap((one) => (one.ok ? [one.value.version] : []));
    await remakeBuckets(court, new Set([...buckets, ...(await fileAnew(court, versions))]));
    const verdicts: RepairVerdict[] = [];
    for (const one of returned) verdicts.push(one.ok ? await takeBack(court, one.value) : one.error);
    const {outcome, standing} = await commit.close();
    return {answer: ok({...standing, before: commit.before, verdicts}), commit: outcome};
  });
  return answered(writing);
}

function decodeReturned(raw: unknown): Result<Returned, RepairVerdict & {type: 'rejected'}> {
  const parsed = z.safeParse(returnedEntitySchema, raw);
  if (!parsed.success) return failed(rejected(nameIn(raw), 'malformed_entity', faultsIn(parsed.error)));
  const {seq, ...wire} = parsed.data;
  const decoded = decodeVersion(wire, nativeHashOf);
  if (!decoded.ok) return failed(rejected(wire, decoded.error.type, decoded.error.message));
  const version = decoded.value;
  if (!isWhole(version) || version.body === null) {
    return failed(rejected(wire, 'malformed_entity', 'a repair takes whole versions only'));
  }
  return ok({version: {...version, body: version.body}, seq});
}

/** Nothing is asked for here. */
type Remaking = Omit<Court, keyof Supply>;

/**
 * What a replica gives back as lacking, and is here, as it is there: it isn't counted because it isn't found. The buckets that lack it.
 */
async function fileAnew({tx, accountId, log}: Remaking, returned: readonly WholeVersion[]): Promise<Set<number>> {
  const countedByBucket = new Map<number, ReadonlySet<string>>();
  const lacking = new Set<number>();
  for (const version of returned) {
    const {kind, id} = version;
    const stored = await tx.head(accountId, version);
    if (stored?.stamp !== version.stamp || stored.hash !== version.hash || !isCounted(version)) continue;
    const index = bucketOf(id);
    const counted = countedByBucket.get(index) ?? new Set((await tx.counted(accountId, index)).map(refKey));
    countedByBucket.set(index, counted);
    const row = counted.has(refKey(version)) ? undefined : await tx.entity(accountId, version);
    if (row === undefined || !isSoundWhole(row)) continue;
    log('error', 'a stored row was filed wrongly and is filed anew', {accountId, kind, id});
    await tx.putEntity(accountId, row);
    lacking.add(index);
  }
  return lacking;
}

/** From the rows that are sound; the others are set aside, and those of other buckets go there. */
export async function remakeBuckets(court: Remaking, indexes: ReadonlySet<number>): Promise<void> {
  const others = new Set<number>();
  for (const index of indexes) for (const other of await remakeBucket(court, index)) others.add(other);
  for (const index of others) await remakeBucket(court, index);
  await bringIntoHistory(court, new Set([...indexes, ...others]));
}

/** Returns the buckets that rows were found of. */
async function remakeBucket(court: Remaking, index: number): Promise<number[]> {
  const {tx, accountId, commit, nowMs, log} = court;
  const {bucket, damaged, misfiled} = await readBucket(tx, accountId, index);
  for (const row of damaged) {
    const {kind, id} = row;
    log('error', 'a stored row fails its own hash and is set aside', {accountId, kind, id});
    await tx.setAside(accountId, row, nowMs);
    await tx.deleteEntity(accountId, row);
  }
  for (const row of misfiled) {
    const {kind, id} = row;
    log('error', 'a stored row was filed wrongly and is filed anew', {accountId, kind, id});
    await tx.putEntity(accountId, row);
  }
  commit.setBucket(index, bucket);
  return misfiled.filter(isCounted).map(({id}) => bucketOf(id));
}

async function bringIntoHistory({tx, accountId, commit}: Remaking, remade: ReadonlySet<number>): Promise<void> {
  const beyond = {after: commit.before, until: Number.MAX_SAFE_INTEGER, limit: MAX_PULL_ROWS};
  const refs = new Map((await tx.places(accountId, beyond)).map((place) => [refKey(place), place]));
  for (const ref of refs.values()) {
    if (!remade.has(bucketOf(ref.id))) continue;
    const row = await tx.entity(accountId, ref);
    if (row !== undefined && isSoundWhole(row)) await commit.put(row, {row, state: 'unserved'});
  }
}

async function takeBack(court: Court, {version, seq}: Returned): Promise<RepairVerdict> {
  const {tx, accountId, commit} = court;
  const {kind, id, stamp} = version;
  const {current, replaced} = await readCurrent(court, version);
  if (current !== undefined && current.stamp >= stamp) {
    const isSame = current.stamp === stamp && current.hash === version.hash;
    return isSame
      ? {kind, id, stamp, type: 'stored', seq: current.seq}
      : {kind, id, stamp, type: 'kept', current: court.tell(current)};
  }
  if (current !== undefined) await keepReplaced(court, current);
  const isFree =
    replaced === undefined && seq > commit.floor && seq <= commit.before && !(await tx.hasSeq(accountId, seq));
  const row = isFree ? await commit.putBack(version, seq) : await commit.put(version, replaced);
  if ((await tx.judged(accountId, version, stamp)) === undefined) {
    await tx.putJudged(accountId, version, {stamp, outcome: 'applied', parents: []});
  }
  return {kind, id, stamp, type: 'stored', seq: row.seq};
}

/** Made only if absent, like every revision. */
async function keepReplaced(court: Court, row: WholeRow): Promise<void> {
  if (!keepsLosers(row.kind) || isErased(row)) return;
  const revision: WholeVersion = {...revisionOf(row, 'restore'), body: row.body};
  const {current, replaced} = await readCurrent(court, revision);
  if (current !== undefined) return;
  const {kind, id, stamp} = await court.commit.put(revision, replaced);
  await court.tx.putJudged(court.accountId, {kind, id}, {stamp, outcome: 'applied', parents: []});
}
