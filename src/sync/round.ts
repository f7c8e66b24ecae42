/**
 * One round of sync (design section 5). It only sequences: clock check, push, pull, hash check and what follows from it. Every step can be repeated
 * after a kill at any await; the round lock only saves work.
 */

import {failed, ok, type Result, type SyncError, SyncFailure} from '../../protocol/errors.ts';
import type {CallAnswer} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import {checkHash} from './check.ts';
import {isFresh, isPrecise, isSkewed, readInstant, skewError, takeSample} from './clock.ts';
import {comeBack} from './come-back.ts';
import {healHistory} from './heal.ts';
import type {ClockSample, ReplicaState, StoreTx, Time} from './ports.ts';
import {pullAll} from './pull.ts';
import {withFirstSync} from './pull-place.ts';
import {pushAll, type Taken, takeNext} from './push.ts';
import {isReturning, withFloor} from './returning.ts';
import {ROUND_LOCK} from './round-lock.ts';
import type {RoundPorts} from './round-ports.ts';
import {callOptions, historyOf, isPausedSince, linkOf, type Standing, strangerIn, withSeen} from './standing.ts';
import {repairDifference} from './verify.ts';

const SAMPLE_TRIES = 3;

/**
 * Runs a round and stores its outcome; `heard` is the standing that a poke told. `if_waiting`: looks first, when it is this
 * context's turn, whether another left anything to send or to get.
 */
export async function runRound(
  ports: RoundPorts,
  heard?: Standing,
  when: 'always' | 'if_waiting' = 'always',
): Promise<Result<void>> {
  return ports.locks.exclusive(ROUND_LOCK, async () => {
    let found = heard === undefined ? await lookAndTake(ports) : await look(ports);
    if (found.state?.joining) {
      if (ports.makeReady === undefined) return ok(undefined);
      await ports.makeReady(ports);
      found = await look(ports);
    }
    if (when === 'if_waiting' && !isWork(found)) return ok(undefined);
    const result = await inOneHistory(ports, heard, found).catch(failureOf);
    await storeOutcome(ports, result, found.state);
    return result;
  });
}

/** Whether anything waits here to be sent or, in a first sync, to be got. */
export async function hasWork(ports: Pick<RoundPorts, 'store'>): Promise<boolean> {
  return isWork(await look(ports));
}

interface Found {
  readonly state: ReplicaState | undefined;
  /** Whether anything is to be sent. */
  readonly waits: boolean;
  /** Of it what goes first, where nothing has to be asked before. */
  readonly taken: Taken | null;
}

function look({store}: Pick<RoundPorts, 'store'>): Promise<Found> {
  return store.transaction('read', async (tx) => ({...(await lookIn(tx)), taken: null}));
}

/** An edit is on its way after one transaction. */
function lookAndTake(ports: RoundPorts): Promise<Found> {
  const {store, time} = ports;
  return store.transaction('write', async (tx) => {
    const {state, waits} = await lookIn(tx);
    const isNext = waits && state !== undefined && serves(state, time) && !isReturning(state);
    const taken = isNext ? await takeNext(tx, ports) : null;
    return {state, waits, taken: taken?.ok ? taken.value : null};
  });
}

async function lookIn(tx: StoreTx): Promise<Omit<Found, 'taken'>> {
  return {state: await tx.state(), waits: (await tx.outboxHead(1)).length > 0};
}

/** Whether the last clock check does. */
function serves({cursor, clock, problem}: ReplicaState, time: Time): boolean {
  return cursor !== null && problem === null && isFresh(clock, readInstant(time)) && !isSkewed(clock);
}

function isWork({state, waits}: Found): boolean {
  return waits || (state !== undefined && state.firstSync !== null);
}

/** The store's failures arrive as exceptions; anything else is a bug and is thrown on. */
function failureOf(error: unknown): Result<void> {
  if (error instanceof SyncFailure) return failed(error.error);
  throw error;
}

/** Where the server has another history than this device has seen, both are brought together first. */
async function inOneHistory(ports: RoundPorts, heard: Standing | undefined, found: Found): Promise<Result<void>> {
  const result = await sequence(ports, heard, found);
  if (result.ok || result.error.type !== 'other_history') return result;
  const healed = await healHistory(ports, result.error);
  return healed.ok ? sequence(ports, undefined, await look(ports)) : healed;
}

/** A change that comes while nothing waited is the next round's. */
async function sequence(
  ports: RoundPorts,
  heard: Standing | undefined,
  found: Found,
  tries = 1,
): Promise<Result<void>> {
  const greeted = await greet(ports, heard, found);
  if (!greeted.ok) return greeted;
  const {held} = greeted.value;
  let {standing, state} = greeted.value;
  let {waits} = found;
  if (isReturning(state)) {
    const back = await comeBack(ports);
    if (!back.ok) return back;
    standing = back.value;
    ({state, waits} = await look(ports));
  }
  if (held === null && waits) {
    const pushed = await pushAll(ports, found.taken);
    if (!pushed.ok) return pushed;
    const isAgain = pushed.value.end === 'clock_unsure' && tries < SAMPLE_TRIES;
    if (isAgain) return sequence(ports, undefined, await look(ports), tries + 1);
    standing = pushed.value.standing ?? standing;
    ({state} = pushed.value);
  }
  if (isPausedSince(found.state, state)) return ok(undefined);
  if (isBehind(state, standing)) {
    const pulled = await pullAll(ports, state);
    if (!pulled.ok) return pulled;
    standing = pulled.value;
  }
  if (standing !== null) {
    const checked = await checkHash(ports, standing);
    const equal = checked.ok ? checked : await repairDifference(ports, checked.error);
    if (!equal.ok && held === null) return equal; // a push that is held is the first thing to put right
  }
  return held === null ? ok(undefined) : failed(held);
}

interface Greeted {
  /** Null: nothing was asked, the last clock check still serves. */
  readonly standing: Standing | null;
  /** Why nothing may be pushed. */
  readonly held: SyncError | null;
  /** As it is now. */
  readonly state: ReplicaState | undefined;
}

/** The clock check, before anything is sent. Hello carries it, unless the last sample still serves. */
async function greet(ports: RoundPorts, heard: Standing | undefined, found: Found): Promise<Result<Greeted>> {
  const {state, waits} = found;
  const link = linkOf(state);
  if (!link.ok) return link;
  const isNeeded = !serves(link.value, ports.time) && found.taken === null;
  if (!isNeeded && (waits || heard)) return ok({standing: heard ?? null, held: null, state});
  return hello(ports);
}

async function hello(ports: RoundPorts): Promise<Result<Greeted>> {
  const {store, transport, time} = ports;
  for (let tries = 1; ; tries++) {
    const link = linkOf(await store.transaction('read', (tx) => tx.state()));
    if (!link.ok) return link;
    const state = link.value;
    const asked = readInstant(time);
    const request = {protocol: PROTOCOL_RANGE, replica: state.replica, history: historyOf(state), t0: asked.wallMs};
    const answer = await transport.call('hello', request, callOptions(state));
    if (!answer.ok) return answer;
    const stranger = strangerIn(state, answer.value);
    if (stranger !== undefined) return failed(stranger);
    const sample = takeSample(asked, answer.value.t1, answer.value.t2, readInstant(time));
    if (!isPrecise(sample) && tries < SAMPLE_TRIES) continue;
    const isHeld = isSkewed(sample) && state.clockChoice === 'own';
    const stored = await storeHello(ports, state, answer.value, sample);
    if (!stored.ok) return stored;
    const held = isHeld ? skewError(sample, readInstant(time)) : null;
    return ok({standing: answer.value, held, state: stored.value});
  }
}

async function storeHello(
  {store}: RoundPorts,
  asked: ReplicaState,
  answer: CallAnswer<'hello'>,
  clock: ClockSample,
): Promise<Result<ReplicaState>> {
  const protocol = Math.min(answer.protocol.max, PROTOCOL_RANGE.max);
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = strangerIn(state, answer);
    if (stranger !== undefined) return failed(stranger);
    const clockChoice = isSkewed(clock) ? state.clockChoice : 'own'; // the person chose it for a clock that was wrong
    const next = withSeen(withFloor({...state, clock, clockChoice, protocol}, asked, answer.floor), answer);
    const begun = withFirstSync(next, answer.head);
    await tx.putState(begun);
    return ok(begun);
  });
}

function isBehind(state: ReplicaState | undefined, standing: Standing | null): boolean {
  if (state === undefined) return false;
  return state.firstSync !== null || (state.cursor !== null && state.cursor.seq < (standing?.head.seq ?? 0));
}

/** The person reads the outcome in the status; a refused token is forgotten, so that nothing tries it again. */
async function storeOutcome(
  {store, time}: RoundPorts,
  result: Result<void>,
  began: ReplicaState | undefined,
): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined || (result.ok && isPausedSince(began, state))) return;
    if (state.server?.account.id !== began?.server?.account.id) return; // it belongs to another account since
    if (result.ok) return tx.putState({...state, lastSyncMs: time.wallMs(), problem: null});
    const {type} = result.error;
    const isRefused = type === 'signed_out' || type === 'device_removed';
    if (isRefused && state.server?.token !== began?.server?.token) return; // signed in again meanwhile
    const server = state.server !== null && isRefused ? {...state.server, token: null} : state.server;
    return tx.putState({...state, server, problem: result.error});
  });
}
