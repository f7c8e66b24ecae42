/**
 * A device that was away for longer than the server remembers deletions (design section 8, ADR 18). The server's floor is the
 * highest seq of a deletion that it forgot; a device that pulled from below it may have passed some without learning of them.
 *
 * 1. Where it pulled from is kept until a floor that was read later is found to be no higher, or both sides to be equal: a
 *    kill, and a floor that rises meanwhile, change nothing.
 * 2. Returning begins durably before anything is pushed or given back, and ends in the transaction that finds both equal.
 * 3. Only what is known at a seq below the floor can have been forgotten: an ack of a later seq proves the opposite.
 */

import {ok, type Result} from '../../protocol/errors.ts';
import type {History, Position} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import type {ReplicaState, Time, Transport} from './ports.ts';
import {callOptions, type LinkedState} from './standing.ts';

export function isReturning(state: ReplicaState | undefined): boolean {
  return (state?.returning ?? null) !== null;
}

/** `asked`: the state when the floor was asked for; pages that were stored since were not looked at. */
export function withFloor(state: ReplicaState, asked: ReplicaState, floor: number): ReplicaState {
  const from = lowestPlace(state);
  if (from < floor) return {...state, returning: floor, pulledFrom: from};
  const isSeen = placeOf(asked)?.seq === placeOf(state)?.seq;
  return isSeen && (state.returning ?? null) === null ? {...state, pulledFrom: null} : state;
}

/** In the transaction that finds both sides equal. */
export function notReturning(state: ReplicaState): ReplicaState {
  return {...state, returning: null, pulledFrom: null};
}

/** Where this device is in the server's history; a first sync under way will end at its head. */
export function placeOf({cursor, firstSync}: ReplicaState): Position | null {
  return cursor ?? firstSync?.head ?? null;
}

/**
 * Where the server has another history, but knows this device's place: up to there both have the same past. What is known at
 * a later seq may be lost with what the server lost, and is none of its deletions.
 */
export function boundInCommon(state: ReplicaState, floor: number): number | null {
  const place = placeOf(state);
  return place === null || lowestPlace(state) >= floor ? null : Math.min(floor, place.seq + 1);
}

/** `history`: what the server must know for its floor to mean anything here. */
export async function askFloor(
  {transport, time}: {readonly transport: Pick<Transport, 'call'>; readonly time: Time},
  state: LinkedState,
  history: History,
): Promise<Result<number>> {
  const request = {protocol: PROTOCOL_RANGE, replica: state.replica, history, t0: time.wallMs()};
  const answer = await transport.call('hello', request, callOptions(state));
  return answer.ok ? ok(answer.value.floor) : answer;
}

function lowestPlace(state: ReplicaState): number {
  const {pulledFrom = null} = state;
  return Math.min(pulledFrom ?? Number.POSITIVE_INFINITY, placeOf(state)?.seq ?? Number.POSITIVE_INFINITY);
}
