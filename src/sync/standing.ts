/**
 * What every answer says besides its content: whose data, which history, how far it goes. Checked before anything of the
 * answer is stored; the highest position seen is kept with it ◆ (design section 8).
 */

import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import type {History, Poke, Position} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import type {CallOptions, ReplicaState, ServerLink} from './ports.ts';

export type Standing = Poke;

/** A replica with a server that it is signed in to, and that it may ask: a notebook on its way into an account (join.ts) has to be made ready first. */
export type LinkedState = ReplicaState & {readonly server: ServerLink & {readonly token: string}};

/** Also of a notebook that is on its way into an account: the next round makes it ready. */
export function isSignedIn(state: ReplicaState | undefined): boolean {
  return state?.server?.token != null;
}

export function linkOf(state: ReplicaState | undefined): Result<LinkedState> {
  if (state?.server === undefined || state.server === null) {
    return failed({type: 'not_set_up', message: 'no server is set up'});
  }
  if (state.server.token === null) return failed({type: 'signed_out', message: 'signed out from the server'});
  if (state.joining)
    return failed({type: 'other_account', message: 'this notebook is being made ready for an account'});
  return ok(state as LinkedState);
}

/** A round that goes on while sync is paused was asked for by hand; one that is paused on its way ends. */
export function isPausedSince(before: ReplicaState | undefined, now: ReplicaState | undefined): boolean {
  return now?.paused === true && before?.paused !== true;
}

export function callOptions({server, timeoutMs}: LinkedState): CallOptions {
  return {address: server.address, token: server.token, timeoutMs};
}

/** The version that this app and its server both speak, as the last hello told. */
export function spokenBy({protocol}: ReplicaState): number {
  return protocol ?? PROTOCOL_RANGE.min;
}

/** On every request but hello. */
export function askedBy(state: ReplicaState) {
  return {protocol: spokenBy(state), replica: state.replica, history: historyOf(state)};
}

export function historyOf({epoch, cursor, seen}: ReplicaState): History {
  return {epoch, cursor, seen};
}

/** Why this answer must not be stored; undefined when it is this account's and this history's. */
export function strangerIn(state: ReplicaState, {account, epoch}: Standing): SyncError | undefined {
  if (state.server?.account.id !== account) {
    return {type: 'other_account', message: 'the server answered for another account'};
  }
  if (state.epoch !== null && state.epoch !== epoch) {
    return {type: 'other_history', message: 'the server has another history than this device knows'};
  }
  return undefined;
}

export function withSeen(state: ReplicaState, {epoch, head}: Standing): ReplicaState {
  return {...state, epoch, seen: later(state.seen, head)};
}

function later(a: Position | null, b: Position): Position {
  return a !== null && a.seq > b.seq ? a : b;
}
