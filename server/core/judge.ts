/**
 * The judge of one pushed entity (design section 6), inside the transaction of its push. In this order:
 *
 * 1. the content is the current one: acknowledged with the current stamp, whatever the pushed stamp is or was; or `won`
 *    again while the conflict that it won is unresolved;
 * 2. the stamp was judged before: the answer given before, or `superseded`; nothing is made;
 * 3. the stamp is refused: not above its base, or too far ahead where it would win against a version it hasn't seen;
 * 4. a part that was left out isn't the current version's: `parts_needed`, nothing judged or remembered;
 * 5. it continues the current version (its base, or one of `sent`, is that), or there is none: applied; where it was made on top of the
 *    same content with a lower stamp, under a stamp of its own above the current one;
 * 6. both sides changed: the higher stamp wins, the loser is kept as a conflict revision.
 *
 * Everything judged is remembered, `sent` included, so that a request that arrives late changes nothing. A current version
 * that fails its own hash counts as absent. A revision pushed onto another version of itself is told the current one
 * (`superseded`): revisions have no revisions.
 */

import type {Kind} from '../../protocol/entity.ts';
import type {RejectionType} from '../../protocol/errors.ts';
import {MAX_CLOCK_OFFSET_MS, MAX_ENTITY_BYTES} from '../../protocol/limits.ts';
import type {PushVerdict} from '../../protocol/messages.ts';
import {MAX_REPLICA_CHARS, parseStamp, type Stamp, successor} from '../../protocol/stamp.ts';
import type {Received} from '../../protocol/wire.ts';
import type {EntityRow, JudgedRow, WholeRow} from '../storage/port.ts';
import type {Replaced, WholeVersion} from './commit.ts';
import type {Court, Pushed} from './court.ts';
import {readCurrent} from './current.ts';
import {descendsFrom} from './descent.ts';
import {findKept, keepLoser, readKept} from './keep.ts';
import {rejected} from './rejected.ts';

export async function judge(court: Court, pushed: Pushed): Promise<PushVerdict> {
  const {tx, accountId} = court;
  const {version} = pushed;
  const {current, replaced} = await readCurrent(court, version);
  const known = await tx.judged(accountId, version, version.stamp);
  if (current !== undefined && hasSameContent(version, current)) return acknowledge(court, pushed, current, known);
  if (known !== undefined && current !== undefined) return answerAgain(court, pushed, current, known);

  const continued = current === undefined || (await continues(court, pushed, current));
  const fault = findStampFault(court, pushed, continued ? undefined : current);
  if (fault !== undefined) return rejected(version, ...fault);
  const whole = await fillParts(court, version, current);
  if (whole === undefined) return partsNeeded(court, pushed, current);
  if (whole.data.length + whole.body.length > MAX_ENTITY_BYTES)
    return rejected(version, 'entity_too_large', 'too large with the parts that are here');
  court.fill(filledBytes(version, whole));

  await rememberSent(court, pushed);
  if (current === undefined || continued) return apply(court, pushed, whole, replaced);
  return settle(court, pushed, whole, current);
}

function hasSameContent(version: Received, current: WholeRow): boolean {
  return version.hash === current.hash && version.deleted === current.deleted;
}

async function acknowledge(
  court: Court,
  pushed: Pushed,
  current: WholeRow,
  known: JudgedRow | undefined,
): Promise<PushVerdict> {
  const {version} = pushed;
  if (known === undefined) {
    await rememberSent(court, pushed);
    await court.tx.putJudged(court.accountId, version, {
      stamp: version.stamp,
      outcome: 'same',
      parents: [current.stamp],
    });
  }
  const wonAgain = known?.over === undefined ? undefined : await answerWon(court, pushed, current, known.over);
  return wonAgain ?? {...nameOf(version), type: 'applied', currentStamp: current.stamp, seq: current.seq};
}

/** As it was answered the first time, while the conflict is unresolved: the replica may not have read it, and alone can merge. */
async function answerWon(
  court: Court,
  {version, base}: Pushed,
  current: WholeRow,
  over: string,
): Promise<PushVerdict | undefined> {
  if (current.stamp !== version.stamp) return undefined;
  const kept = await readKept(court, over);
  if (kept === undefined) return undefined;
  const {loser, revision} = kept;
  const descendsFromBase = await descendsFrom(court.tx, court.accountId, version, loser.stamp, base);
  return {...nameOf(version), type: 'won', other: court.tell(loser), descendsFromBase, seq: current.seq, revision};
}

async function answerAgain(court: Court, pushed: Pushed, current: WholeRow, known: JudgedRow): Promise<PushVerdict> {
  const {tx, accountId} = court;
  const {version, base} = pushed;
  if (known.outcome === 'lost') {
    const revision = await findKept(court, version);
    const descendsFromBase = await descendsFrom(tx, accountId, version, current.stamp, base);
    return {...nameOf(version), type: 'lost', current: court.tell(current), descendsFromBase, revision};
  }
  const descends = await descendsFrom(tx, accountId, version, current.stamp, version.stamp);
  return {...nameOf(version), type: 'superseded', current: court.tell(current), descends};
}

/**
 * Also where a named stamp was acknowledged as the same content as the current version's: nothing of it is lost. A revision in
 * any state was made from the revision as it was made, whoever made that first: it has the stamp of what it keeps.
 */
async function continues({tx, accountId}: Court, {version, base, sent}: Pushed, current: WholeRow): Promise<boolean> {
  const {meta} = version;
  const own = [...(base === null ? [] : [base]), ...sent, ...(meta?.type === 'revision' ? [meta.stamp] : [])];
  if (own.includes(current.stamp)) return true;
  for (const stamp of own) {
    const judged = await tx.judged(accountId, version, stamp);
    if (judged?.outcome === 'same' && judged.parents.includes(current.stamp)) return true;
  }
  return false;
}

/** `rival`: the current version, where the pushed one was made without having seen it. */
function findStampFault(
  {nowMs}: Court,
  {version, base}: Pushed,
  rival: WholeRow | undefined,
): [RejectionType, string] | undefined {
  const {stamp} = version;
  if (base !== null && stamp <= base) return ['stamp_not_after_base', `${stamp} doesn't sort after its base ${base}`];
  if (rival === undefined) return undefined;
  const latestMs = Math.max(nowMs, parseStamp(rival.stamp).millis) + MAX_CLOCK_OFFSET_MS;
  return parseStamp(stamp).millis > latestMs ? ['stamp_ahead', `${stamp} is more than five minutes ahead`] : undefined;
}

/** Left-out parts of a revision may also be those of the entity that it is an older version of. */
async function fillParts(
  court: Court,
  version: Received,
  current: WholeRow | undefined,
): Promise<WholeVersion | undefined> {
  const {data, body, meta, parts} = version;
  if (data !== null && body !== null) return {...version, data, body};
  const original =
    meta?.type === 'revision' ? (await readCurrent(court, {kind: meta.ofKind, id: meta.of})).current : undefined;
  const sources = [current, original].filter((source) => source !== undefined);
  const filledData = data ?? sources.find((source) => source.parts.data === parts.data)?.data;
  const filledBody = body ?? sources.find((source) => source.parts.body === parts.body)?.body;
  if (filledData === undefined || filledBody === undefined) return undefined;
  return {...version, data: filledData, body: filledBody};
}

function filledBytes({data, body}: Received, whole: WholeVersion): number {
  return (data === null ? whole.data.length : 0) + (body === null ? whole.body.length : 0);
}

async function partsNeeded(court: Court, {version, base}: Pushed, current: WholeRow | undefined): Promise<PushVerdict> {
  const {tx, accountId} = court;
  const descendsFromBase = current !== undefined && (await descendsFrom(tx, accountId, version, current.stamp, base));
  return {
    ...nameOf(version),
    type: 'parts_needed',
    current: current === undefined ? null : court.tell(current),
    descendsFromBase,
  };
}

async function apply(
  court: Court,
  pushed: Pushed,
  whole: WholeVersion,
  replaced: Replaced | undefined,
): Promise<PushVerdict> {
  const continued = replaced?.state === 'sound' ? replaced.row : undefined;
  const isBelow = continued !== undefined && whole.stamp <= continued.stamp;
  const row = await court.commit.put(isBelow ? raised(whole, continued) : whole, replaced);
  await remember(court, pushed, 'applied', continued === undefined ? [] : [continued.stamp], {as: row.stamp});
  return {...nameOf(whole), type: 'applied', currentStamp: row.stamp, seq: row.seq};
}

/**
 * Made on top of the same content as the current version has, whose stamp its device hadn't heard of: stamps of an entity never go
 * back, so it gets one above that. The mark behind the replica keeps it apart from every stamp that the device makes (ADR 36).
 */
function raised(version: WholeVersion, current: EntityRow): WholeVersion {
  const {replica} = parseStamp(version.stamp);
  return {...version, stamp: successor(current.stamp, `${replica.slice(0, MAX_REPLICA_CHARS - 1)}-`)};
}

async function settle(court: Court, pushed: Pushed, whole: WholeVersion, current: WholeRow): Promise<PushVerdict> {
  const {tx, accountId, commit} = court;
  if (whole.kind === 'revision') {
    await remember(court, pushed, 'seen');
    return {...nameOf(whole), type: 'superseded', current: court.tell(current), descends: false};
  }
  const descendsFromBase = await descendsFrom(tx, accountId, whole, current.stamp, pushed.base);
  if (isAbove(whole, current)) {
    const revision = await keepLoser(court, current, whole);
    const {seq} = await commit.put(whole, {row: current, state: 'sound'});
    await remember(court, pushed, 'won', [], {over: revision?.id});
    return {...nameOf(whole), type: 'won', other: court.tell(current), descendsFromBase, seq, revision};
  }
  const revision = await keepLoser(court, whole, current);
  await remember(court, pushed, 'lost');
  return {...nameOf(whole), type: 'lost', current: court.tell(current), descendsFromBase, revision};
}

function isAbove(a: WholeVersion, b: WholeVersion): boolean {
  return a.stamp === b.stamp ? a.hash > b.hash : a.stamp > b.stamp;
}

async function remember(
  {tx, accountId}: Court,
  pushed: Pushed,
  outcome: JudgedRow['outcome'],
  more: readonly Stamp[] = [],
  {as, over}: {readonly as?: Stamp; readonly over?: string | undefined} = {},
): Promise<void> {
  const {version, base, sent} = pushed;
  const stamp = as ?? version.stamp;
  const parents = new Set([...(base === null ? [] : [base]), ...sent, ...more]);
  parents.delete(version.stamp);
  const row: JudgedRow = {stamp, outcome, parents: [...parents], ...(over === undefined ? {} : {over})};
  await tx.putJudged(accountId, version, row);
  if (stamp === version.stamp) return;
  await tx.putJudged(accountId, version, {stamp: version.stamp, outcome: 'same', parents: [stamp]});
}

async function rememberSent({tx, accountId}: Court, {version, sent}: Pushed): Promise<void> {
  for (const stamp of sent) {
    const isKnown = stamp === version.stamp || (await tx.judged(accountId, version, stamp)) !== undefined;
    if (!isKnown) await tx.putJudged(accountId, version, {stamp, outcome: 'seen', parents: []});
  }
}

function nameOf({kind, id, stamp}: {kind: Kind; id: string; stamp: Stamp}): {kind: Kind; id: string; stamp: Stamp} {
  return {kind, id, stamp};
}
