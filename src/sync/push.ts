/**
 * Push: the outbox leaves in batches, one server transaction each (design section 5.2). What a request carries is durable
 * before it leaves, what an answer says is stored in one transaction, so that a kill at any await repeats and never loses.
 */

import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import {PUSH_BATCH_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer} from '../../protocol/messages.ts';
import {isSkewed, isStepped, readInstant} from './clock.ts';
import {writingBy} from './local-version.ts';
import {type BatchItem, takeBatch} from './outbox.ts';
import type {StoreTx} from './ports.ts';
import type {RoundPorts} from './round.ts';
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
import {applyVerdict, isVerdictOn, refsOfStored, refsTouched, type ServerVersion, versionIn} from './verdict.ts';
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
export interface Taken {
  readonly items: readonly BatchItem[];
  readonly state: LinkedState;
  readonly clockUnsure: boolean;
}

/**
 * Pushes until nothing waits, or what was known of the clock is over: it was set, or another tab found it wrong meanwhile. `first`:
 * what was taken already.
 */
export async function pushAll(ports: RoundPorts, first: Taken | null = null): Promise<Result<Pushed>> {
  const take = (bytes: number) => ports.store.transaction('write', (tx) => takeNext(tx, ports, bytes));
  let standing: Standing | null = null;
  let maxBytes = PUSH_BATCH_BYTES;
  let taken = first === null ? await take(maxBytes) : ok(first);
  for (;;) {
    if (!taken.ok) return taken;
    const {items, state, clockUnsure} = taken.value;
    if (items.length === 0) return ok({standing, state, end: clockUnsure ? 'clock_unsure' : 'nothing_waits'});
    const answer = await ports.transport.call('push', requestOf(state, items), callOptions(state));
    if (answer.ok) {
      taken = await storeAnswer(ports, items, answer.value, maxBytes);
      standing = answer.value;
      if (taken.ok && isPausedSince(state, taken.value.state))
        return ok({standing, state: taken.value.state, end: 'paused'});
      continue;
    }
    if (answer.error.type === 'timeout' && maxBytes > SLOW_LINE_BYTES && items.length > 1) {
      maxBytes = SLOW_LINE_BYTES;
    } else if (answer.error.type === 'too_large') {
      if (items.length === 1) await park(ports, items, answer.error);
      maxBytes = Math.ceil(maxBytes / 4);
    } else {
      return answer;
    }
    taken = await take(maxBytes);
  }
}

/** The next batch, in the caller's transaction. */
export async function takeNext(
  tx: StoreTx,
  {time}: Pick<RoundPorts, 'time'>,
  bytes: number = PUSH_BATCH_BYTES,
): Promise<Result<Taken>> {
  const link = linkOf(await tx.state());
  if (!link.ok) return link;
  const {clock, clockChoice} = link.value;
  const isWrong = clock !== null && isSkewed(clock) && clockChoice === 'own';
  const clockUnsure = isWrong || (clock !== null && isStepped(clock, readInstant(time)));
  const items = clockUnsure ? [] : await takeBatch(tx, time.wallMs(), {bytes, rows: BATCH_ROWS});
  return ok({items, state: link.value, clockUnsure});
}

function requestOf(state: LinkedState, items: readonly BatchItem[]) {
  return {...askedBy(state), entities: items.map(({wire}) => wire)};
}

/** With what goes next, taken in the same transaction. */
async function storeAnswer(
  ports: RoundPorts,
  items: readonly BatchItem[],
  answer: CallAnswer<'push'>,
  maxBytes: number,
): Promise<Result<Taken>> {
  const versions = answer.verdicts.map(versionIn);
  if (answer.verdicts.length !== items.length || versions.includes('damaged')) {
    return failed({type: 'server_error', message: 'the server answered with a version that fails its own hash'});
  }
  const isAnswer = items.every((item, i) => {
    const verdict = answer.verdicts[i];
    return verdict !== undefined && isVerdictOn(item, verdict, versions[i] as ServerVersion | undefined);
  });
  if (!isAnswer) return failed({type: 'server_error', message: 'the server answered about other entities'});
  return ports.store.transaction('write', async (tx) => {
    const stored = await storeVerdicts(tx, ports, items, answer, versions as (ServerVersion | undefined)[]);
    return stored.ok ? takeNext(tx, ports, maxBytes) : stored;
  });
}

async function storeVerdicts(
  tx: StoreTx,
  {time, merging}: RoundPorts,
  items: readonly BatchItem[],
  answer: CallAnswer<'push'>,
  versions: readonly (ServerVersion | undefined)[],
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
