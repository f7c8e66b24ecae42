/**
 * Push: the outbox leaves in batches, one server transaction each (design section 5.2). What a request carries is durable
 * before it leaves, what an answer says is stored in one transaction, so that a kill at any await repeats and never loses.
 */

import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import {PUSH_BATCH_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer} from '../../protocol/messages.ts';
import {isSkewed, isStepped, readInstant} from './clock.ts';
import {type BatchItem, takeBatch} from './outbox.ts';
import type {StoreTx} from './ports.ts';
import type {RoundPorts} from './round.ts';
import {askedBy, callOptions, type LinkedState, linkOf, type Standing, strangerIn, withSeen} from './standing.ts';
import {withUnsendable} from './unresolved.ts';
import {applyVerdict, isVerdictOn, refsOfStored, refsTouched, type ServerVersion, versionIn} from './verdict.ts';
import {Workset} from './workset.ts';
import {writingBy} from './writer.ts';

const BATCH_ROWS = 500;
/** What goes at once after a batch wasn't answered within the time limit: a poor line may never carry a whole one. */
const SLOW_LINE_BYTES = PUSH_BATCH_BYTES / 8;

export interface Pushed {
  /** The last answer's; null when there was nothing to push. */
  readonly standing: Standing | null;
  /** The clocks must be compared again before anything more is stamped. */
  readonly end: 'nothing_waits' | 'clock_unsure';
}

/** Pushes until nothing waits, or what was known of the clock is over: it was set, or another tab found it wrong meanwhile. */
export async function pushAll(ports: RoundPorts): Promise<Result<Pushed>> {
  let standing: Standing | null = null;
  let maxBytes = PUSH_BATCH_BYTES;
  for (;;) {
    const taken = await take(ports, maxBytes);
    if (!taken.ok) return taken;
    if (taken.value === 'clock_unsure') return ok({standing, end: 'clock_unsure'});
    const {items, state} = taken.value;
    if (items.length === 0) return ok({standing, end: 'nothing_waits'});
    const answer = await ports.transport.call('push', requestOf(state, items), callOptions(state));
    if (answer.ok) {
      const stored = await storeAnswer(ports, items, answer.value);
      if (!stored.ok) return stored;
      standing = answer.value;
      continue;
    }
    if (answer.error.type === 'timeout' && maxBytes > SLOW_LINE_BYTES && items.length > 1) {
      maxBytes = SLOW_LINE_BYTES;
      continue;
    }
    if (answer.error.type !== 'too_large') return answer;
    if (items.length === 1) await park(ports, items, answer.error);
    maxBytes = Math.ceil(maxBytes / 4);
  }
}

async function take(
  {store, time}: RoundPorts,
  bytes: number,
): Promise<Result<{items: BatchItem[]; state: LinkedState} | 'clock_unsure'>> {
  return store.transaction('write', async (tx) => {
    const link = linkOf(await tx.state());
    if (!link.ok) return link;
    const {clock, clockChoice} = link.value;
    const isWrong = clock !== null && isSkewed(clock) && clockChoice === 'own';
    if (isWrong || (clock !== null && isStepped(clock, readInstant(time)))) return ok('clock_unsure');
    return ok({items: await takeBatch(tx, time.wallMs(), {bytes, rows: BATCH_ROWS}), state: link.value});
  });
}

function requestOf(state: LinkedState, items: readonly BatchItem[]) {
  return {...askedBy(state), entities: items.map(({wire}) => wire)};
}

async function storeAnswer(
  ports: RoundPorts,
  items: readonly BatchItem[],
  answer: CallAnswer<'push'>,
): Promise<Result<void>> {
  const versions = answer.verdicts.map(versionIn);
  if (answer.verdicts.length !== items.length || versions.includes('damaged')) {
    return failed({type: 'server_error', message: 'the server answered with a version that fails its own hash'});
  }
  const isAnswer = items.every((item, i) => {
    const verdict = answer.verdicts[i];
    return verdict !== undefined && isVerdictOn(item, verdict, versions[i] as ServerVersion | undefined);
  });
  if (!isAnswer) return failed({type: 'server_error', message: 'the server answered about other entities'});
  return ports.store.transaction('write', (tx) =>
    storeVerdicts(tx, ports, items, answer, versions as (ServerVersion | undefined)[]),
  );
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
