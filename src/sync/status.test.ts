import {expect, test} from 'vitest';
import type {ErrorType, SyncError} from '../../protocol/errors.ts';
import type {StatusState} from './api.ts';
import type {ReplicaState} from './ports.ts';
import {newReplicaState} from './replica-state.ts';
import {statusOf} from './status.ts';

const SERVER = {
  address: 'https://aster.test',
  account: {id: 'account1', username: 'ada'},
  deviceId: 'device1',
  token: 'token',
};
const linked: ReplicaState = {
  ...newReplicaState({replica: 'replica1', deviceName: 'A', createdMs: 0, address: SERVER.address, server: SERVER}),
  epoch: 'epoch123',
  cursor: {seq: 1, mark: 'mark1234'},
  lastSyncMs: 1,
};

function stateOf(
  change: Partial<ReplicaState>,
  more: {waiting?: number; parked?: number; isOnline?: boolean; isSyncing?: boolean; untold?: SyncError} = {},
): StatusState {
  const {waiting = 0, parked = 0, isOnline = true, isSyncing = false, untold = null} = more;
  return statusOf({overview: {state: {...linked, ...change}, waiting, parked}, isOnline, isSyncing, untold}).state;
}

test('a notebook without a server is not set up, whatever the network does', () => {
  expect(stateOf({server: null}, {isOnline: false})).toBe('not_set_up');
  const overview = {state: undefined, waiting: 0, parked: 0};
  expect(statusOf({overview, isOnline: true, isSyncing: false, untold: null}).state).toBe('not_set_up');
});

test('a device without a network is offline; a server that is down is not reachable', () => {
  expect(stateOf({}, {isOnline: false, waiting: 2})).toBe('offline');
  expect(stateOf({problem: {type: 'unreachable', message: ''}})).toBe('unreachable');
});

test('without a network the reason is the network, whatever the last round failed with', () => {
  for (const problem of [null, {type: 'unreachable', message: ''} as const]) {
    const overview = {state: {...linked, problem}, waiting: 0, parked: 0};
    const status = statusOf({overview, isOnline: false, isSyncing: false, untold: null});
    expect([status.state, status.problem?.type]).toEqual(['offline', 'offline']);
  }
});

test('each problem has its state', () => {
  const expected: [ErrorType, StatusState][] = [
    ['clock_skew', 'clock'],
    ['signed_out', 'signed_out'],
    ['timeout', 'unreachable'],
    ['busy', 'problem'],
    ['server_error', 'problem'],
    ['hash_mismatch', 'problem'],
    ['login_page', 'problem'],
  ];
  for (const [type, state] of expected) expect(stateOf({problem: {type, message: ''}})).toBe(state);
});

test('waiting changes show until they are acknowledged, a refused one as a problem', () => {
  expect(stateOf({}, {waiting: 1})).toBe('waiting');
  expect(stateOf({}, {waiting: 1, isSyncing: true})).toBe('syncing');
  expect(stateOf({}, {waiting: 1, parked: 1})).toBe('problem');
  expect(stateOf({})).toBe('synced');
});

test('a refused change alone is never said to be syncing or waiting', () => {
  expect(stateOf({}, {waiting: 1, parked: 1, isSyncing: true})).toBe('problem');
  expect(stateOf({}, {waiting: 2, parked: 1, isSyncing: true})).toBe('syncing');
});

test('a notebook that is still to come is syncing, not waiting with nothing', () => {
  expect(stateOf({cursor: null, lastSyncMs: null})).toBe('syncing');
  expect(stateOf({cursor: null, paused: true})).toBe('paused');
});

test('what could not even be stored is said all the same, and goes before what is stored', () => {
  const untold: SyncError = {type: 'storage_full', message: ''};
  expect(stateOf({}, {untold, waiting: 1})).toBe('problem');
  const overview = {state: {...linked, problem: {type: 'unreachable', message: ''} as const}, waiting: 0, parked: 0};
  expect(statusOf({overview, isOnline: true, isSyncing: false, untold}).problem).toBe(untold);
});

test('an ordinary look at the server without changes does not flicker', () => {
  expect(stateOf({}, {isSyncing: true})).toBe('synced');
});

test('a revoked token is signed out, a pause is a pause', () => {
  expect(stateOf({server: linked.server && {...linked.server, token: null}})).toBe('signed_out');
  expect(stateOf({paused: true}, {waiting: 3})).toBe('paused');
});
