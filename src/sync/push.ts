/**
 * Push: the outbox leaves in batches, one server transaction each (design section 5.2). What a request carries is durable
 * before it leaves, what an answer says is stored in one transaction, so that a kill at any await repeats and never loses.
 */

import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import {PUSH_BATCH_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer} from '../../protocol/messages.ts';
import {isSkewed, isStepped, readInstant} from './clock.ts';
import {writingBy} from './local-version.ts';
import {type Batch, type BatchItem, takeBatch} from './outbox.ts';
import type {StoreTx, Time} from './ports.ts';
import type {RoundPorts} from './round-ports.ts';
import type {ServerVersion} from './server-version.ts';
import {
  askedBy,
  callOptions,
  isPausedSince,
  type LinkedState,
  linkOf,
  type Standing,
  strangerIn,
  withSeen,
} from './standing.ts';
import {withUnsendable} from './unresolved.ts';
import {applyVerdict, isVerdictOn, refsOfStored, refsTouched, versionIn} from './verdict.ts';
import {Workset} from './workset.ts';

const BATCH_ROWS = 500;
/** What goes at once after a batch wasn't answered within the time limit: a poor line may never carry a whole one. */
const SLOW_LINE_BYTES = PUSH_BATCH_BYTES / 8;

export interface Pushed {
  /** The last answer's; null when there was nothing to push. */
  readonly standing: Standing | null;
  /** As it is now. */
  readonly state: LinkedState;
  /** `clock_unsure`: the clocks must be compared again before anything more is stamped. */
  readonly end: 'nothing_waits' | 'clock_unsure' | 'paused';
}

/** What a request carries, stamped and durable; nothing when nothing waits, or while it isn't known what time it is. */
export interface Taken extends Batch {
  readonly state: LinkedState;
  readonly clockUnsure: boolean;
}

/**
 * Pushes until nothing waits, or what was known of the clock is over: it was set, or another tab found it wrong meanwhile. `first`:
 * what was taken already.
 */
export async function pushAll(ports: RoundPorts, first: Taken | null = null): Promise<Result<Pushed>> {
  const take = (bytes: number) => takeIn(ports, {bytes, behind: null});
  let standing: Standing | null = null;
  let maxBytes = PUSH_BATCH_BYTES;
  let taken = first === null ? await take(maxBytes) : ok(first);
  for (;;) {
    if (!taken.ok) return taken;
    const {items, state, clockUnsure} = taken.value;
    if (items.length === 0) return ok({standing, state, end: clockUnsure ? 'clock_unsure' : 'nothing_waits'});
    const run = await pushRun(ports, taken.value, maxBytes);
    if (!run.ok) return run;
    standing = run.value.standing ?? standing;
    if (run.value.type === 'paused') return ok({standing, state: run.value.state, end: 'paused'});
    if (run.value.type === 'answered') {
      taken = ok(run.value.next);
      continue;
    }
    const {unanswered, error} = run.value;
    if (error.type === 'timeout' && maxBytes > SLOW_LINE_BYTES && unanswered.length > 1) {
      maxBytes = SLOW_LINE_BYTES;
    } else if (error.type === 'too_large') {
      if (unanswered.length === 1) await park(ports, unanswered, error);
      maxBytes = Math.ceil(maxBytes / 4);
    } else {
      return failed(error);
    }
    taken = await take(maxBytes);
  }
}

/** `next`: taken with the last answer. `failed`: the server didn't answer, or not with verdicts. */
type Run =
  | {readonly type: 'answered'; readonly standing: Standing; readonly next: Taken}
  | {readonly type: 'paused'; readonly standing: Standing; readonly state: LinkedState}
  | {
      readonly type: 'failed';
      readonly standing: Standing | null;
      readonly unanswered: readonly BatchItem[];
      readonly error: SyncError;
    };

/**
 * One batch, and those behind it where so much waits: the next is taken while one is on its way, and leaves as soon as that is
 * answered, so that the server works on it while the answer is being stored. Only one at a time is on its way, so that they are
 * judged in their order; what was taken and doesn't leave is as if its request had been lost.
 */
async function pushRun(ports: RoundPorts, first: Taken, bytes: number): Promise<Result<Run>> {
  let batch = first;
  let answering = send(ports, batch);
  let standing: Standing | null = null;
  let ahead = await takeAhead(ports, batch, bytes);
  for (;;) {
    const answer = await answering;
    if (!ahead.ok) return ahead;
    if (!answer.ok) return ok({type: 'failed', standing, unanswered: batch.items, error: answer.error});
    standing = answer.value;
    const versions = readVersions(batch, answer.value);
    if (!versions.ok) return versions;
    const following = await findFollowing(ports, batch, ahead.value);
    if (following !== null) answering = send(ports, following);
    const stored = await storeAnswer(ports, batch, answer.value, versions.value, {bytes, behind: following});
    if (!stored.ok) return stored;
    const isPaused = isPausedSince(batch.state, stored.value.state);
    if (following === null)
      return ok(
        isPaused
          ? {type: 'paused', standing, state: stored.value.state}
          : {type: 'answered', standing, next: stored.value},
      );
    batch = following;
    ahead = stored;
  }
}

function send({transport}: RoundPorts, {state, items}: Taken) {
  return transport.call('push', requestOf(state, items), callOptions(state));
}

function takeAhead(ports: RoundPorts, batch: Taken, bytes: number): Promise<Result<Taken | null>> {
  return batch.end === null ? Promise.resolve(ok(null)) : takeIn(ports, {bytes, behind: batch});
}

/** What was taken behind a batch, where it may leave now that this is answered: sync may have been paused, or the clock set. */
async function findFollowing({store, time}: RoundPorts, batch: Taken, ahead: Taken | null): Promise<Taken | null> {
  if (ahead === null || ahead.items.length === 0) return null;
  const link = linkOf(await store.transaction('read', (tx) => tx.state()));
  const isSame = link.ok && link.value.server.account.id === batch.state.server.account.id;
  const mayLeave = isSame && !isPausedSince(batch.state, link.value) && !isClockUnsure(link.value, time);
  return mayLeave ? {...ahead, state: link.value} : null;
}

function takeIn(ports: RoundPorts, how: Taking): Promise<Result<Taken>> {
  return ports.store.transaction('write', (tx) => takeNext(tx, ports, how));
}

interface Taking {
  readonly bytes: number;
  /** The batch that is on its way meanwhile: nothing of it is taken. */
  readonly behind: Taken | null;
}

/** The next batch, in the caller's transaction. */
export async function takeNext(
  tx: StoreTx,
  {time, batchRows = BATCH_ROWS}: Pick<RoundPorts, 'time' | 'batchRows'>,
  {bytes, behind}: Taking = {bytes: PUSH_BATCH_BYTES, behind: null},
): Promise<Result<Taken>> {
  const link = linkOf(await tx.state());
  if (!link.ok) return link;
  const clockUnsure = isClockUnsure(link.value, time);
  const isNothingTaken = clockUnsure || (behind !== null && behind.end === null);
  const batch = isNothingTaken
    ? {items: [], end: null}
    : await takeBatch(tx, time.wallMs(), {bytes, rows: batchRows}, behind?.end);
  return ok({...batch, state: link.value, clockUnsure});
}

function isClockUnsure({clock, clockChoice}: LinkedState, time: Time): boolean {
  const isWrong = clock !== null && isSkewed(clock) && clockChoice === 'own';
  return isWrong || (clock !== null && isStepped(clock, readInstant(time)));
}

function requestOf(state: LinkedState, items: readonly BatchItem[]) {
  return {...askedBy(state), entities: items.map(({wire}) => wire)};
}

type Versions = readonly (ServerVersion | undefined)[];

/** Those that the verdicts bring along. The whole answer is checked: behind it the next batch leaves. */
function readVersions({items, state}: Taken, answer: CallAnswer<'push'>): Result<Versions> {
  const stranger = strangerIn(state, answer);
  if (stranger !== undefined) return failed(stranger);
  const versions = answer.verdicts.map(versionIn);
  if (answer.verdicts.length !== items.length || versions.includes('damaged')) {
    return failed({type: 'damaged_answer', message: 'the server answered with a version that fails its own hash'});
  }
  const isAnswer = items.every((item, i) => {
    const verdict = answer.verdicts[i];
    return verdict !== undefined && isVerdictOn(item, verdict, versions[i] as ServerVersion | undefined);
  });
  if (!isAnswer) return failed({type: 'server_error', message: 'the server answered about other entities'});
  return ok(versions as Versions);
}

/** With what goes next, taken in the same transaction. */
async function storeAnswer(
  ports: RoundPorts,
  {items}: Taken,
  answer: CallAnswer<'push'>,
  versions: Versions,
  next: Taking,
): Promise<Result<Taken>> {
  return ports.store.transaction('write', async (tx) => {
    const stored = await storeVerdicts(tx, ports, items, answer, versions);
    return stored.ok ? takeNext(tx, ports, next) : stored;
  });
}

async function storeVerdicts(
  tx: StoreTx,
  {time, merging}: RoundPorts,
  items: readonly BatchItem[],
  answer: CallAnswer<'push'>,
  versions: Versions,
): Promise<Result<void>> {
  const state = await tx.state();
  if (state === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
  const stranger = strangerIn(state, answer);
  if (stranger !== undefined) return failed(stranger);
  const ws = new Workset(tx);
  await ws.load(items.flatMap((item, i) => refsTouched(item, answer.verdicts[i], versions[i])));
  await ws.load(items.flatMap((item, i) => refsOfStored(ws, item, versions[i])));
  const judging = {ws, writing: writingBy(state, time.wallMs()), merging};
  items.forEach((item, i) => {
    const verdict = answer.verdicts[i];
    if (verdict !== undefined) applyVerdict(judging, item, verdict, versions[i]);
  });
  await ws.flush();
  const rows = items.flatMap(({pushed}) => ws.outbox(pushed) ?? []);
  const unresolved = withUnsendable(state.unresolved, rows);
  await tx.putState(withSeen({...state, unresolved, cursor: advanced(state, answer)}, answer));
  return ok(undefined);
}

/** Where nobody else wrote between the cursor and this push, there is nothing to pull: the answer told all that changed. */
function advanced({cursor}: LinkedStateCursor, {before, head}: CallAnswer<'push'>) {
  return cursor !== null && cursor.seq === before && head.seq > before ? head : cursor;
}

type LinkedStateCursor = Pick<LinkedState, 'cursor'>;

/** Too large for something on the way: shown, and blocks nothing else. */
async function park({store}: RoundPorts, items: readonly BatchItem[], error: SyncError): Promise<void> {
  await store.transaction('write', async (tx) => {
    const rows = await tx.outbox(items.map(({pushed}) => pushed));
    await tx.putOutbox(rows.flatMap((row) => (row === undefined ? [] : [{...row, parked: error}])));
  });
}
