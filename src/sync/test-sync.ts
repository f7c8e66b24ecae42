/** "Test sync": one line per check, each with what was measured, in the order in which one depends on the other. */

import type {SyncError} from '../../protocol/errors.ts';
import {MAX_CLOCK_OFFSET_MS} from '../../protocol/limits.ts';
import type {CallAnswer} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import type {TestCheck, TestLine} from './api.ts';
import {isSkewed, readInstant, skewError, takeSample} from './clock.ts';
import type {ClockSample, Store, Time, Transport} from './ports.ts';
import {DEFAULT_TIMEOUT_MS} from './replica-state.ts';
import {callOptions, historyOf, linkOf} from './standing.ts';

export interface TestPorts {
  readonly store: Store;
  readonly transport: Pick<Transport, 'call'>;
  readonly time: Time;
}

type OnLine = (line: TestLine) => void;

const ADDRESS_PATTERN = /^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/i;
/** What `status` finds wrong says which check it failed. */
const FAILED_BEFORE_ASTER = ['offline', 'unreachable', 'timeout'];

export async function testSync(ports: TestPorts, address: string, onLine: OnLine): Promise<void> {
  if (!ADDRESS_PATTERN.test(address)) {
    const error: SyncError = {type: 'not_aster', message: 'an address starts with https:// or http://'};
    return failFrom('address', error, address, onLine);
  }
  onLine({check: 'address', result: 'passed', value: address, error: null});
  const asked = readInstant(ports.time);
  const answer = await ports.transport.call('status', null, {address, token: null, timeoutMs: DEFAULT_TIMEOUT_MS});
  const answered = readInstant(ports.time);
  if (!answer.ok) {
    const isUnreached = FAILED_BEFORE_ASTER.includes(answer.error.type);
    if (!isUnreached) onLine({check: 'reachable', result: 'passed', value: took(asked, answered), error: null});
    return failFrom(isUnreached ? 'reachable' : 'aster', answer.error, '', onLine);
  }
  onLine({check: 'reachable', result: 'passed', value: took(asked, answered), error: null});
  onLine({check: 'aster', result: 'passed', value: `Aster ${answer.value.version}`, error: null});
  onLine(protocolLine(answer.value));
  const {timeMs} = answer.value;
  onLine(clockLine(takeSample(asked, timeMs, timeMs, answered), ports.time));
  onLine(await signedInLine(ports, address, answer.value));
}

function protocolLine({protocol: {min, max}}: CallAnswer<'status'>): TestLine {
  const value = `server ${min}–${max}, app ${PROTOCOL_RANGE.min}–${PROTOCOL_RANGE.max}`;
  const side = max < PROTOCOL_RANGE.min ? 'server' : min > PROTOCOL_RANGE.max ? 'app' : null;
  if (side === null) return {check: 'protocol', result: 'passed', value, error: null};
  return {check: 'protocol', result: 'failed', value, error: {type: 'upgrade_needed', message: value, side}};
}

function clockLine(sample: ClockSample, time: Time): TestLine {
  const {offsetMs, errorMs} = sample;
  const seconds = `${(Math.abs(offsetMs) / 1000).toFixed(1)} s`;
  const way = offsetMs > 0 ? 'server ahead' : 'server behind';
  const value = `${seconds} ${way}, ± ${(errorMs / 1000).toFixed(1)} s; up to ${MAX_CLOCK_OFFSET_MS / 60_000} minutes are tolerated`;
  if (!isSkewed(sample)) return {check: 'clock', result: 'passed', value, error: null};
  return {check: 'clock', result: 'failed', value, error: skewError(sample, readInstant(time))};
}

async function signedInLine(
  {store, transport, time}: TestPorts,
  address: string,
  {initialized}: CallAnswer<'status'>,
): Promise<TestLine> {
  const link = linkOf(await store.transaction('read', (tx) => tx.state()));
  if (!initialized)
    return {check: 'signed_in', result: 'skipped', value: 'The server has no account yet.', error: null};
  if (!link.ok) return {check: 'signed_in', result: 'failed', value: '', error: link.error};
  const state = link.value;
  if (state.server.address !== address) {
    const value = `This device is signed in to ${state.server.address}.`;
    return {check: 'signed_in', result: 'skipped', value, error: null};
  }
  const request = {protocol: PROTOCOL_RANGE, replica: state.replica, history: historyOf(state), t0: time.wallMs()};
  const answer = await transport.call('hello', request, callOptions(state));
  if (!answer.ok) return {check: 'signed_in', result: 'failed', value: '', error: answer.error};
  return {check: 'signed_in', result: 'passed', value: state.server.account.username, error: null};
}

/** This check failed; those that need it can't be made. */
function failFrom(first: TestCheck, error: SyncError, value: string, onLine: OnLine): void {
  const order: readonly TestCheck[] = ['address', 'reachable', 'aster', 'protocol', 'clock', 'signed_in'];
  onLine({check: first, result: 'failed', value, error});
  for (const check of order.slice(order.indexOf(first) + 1)) onLine({check, result: 'skipped', value: '', error: null});
}

function took(asked: {readonly monotonicMs: number}, answered: {readonly monotonicMs: number}): string {
  return `answered in ${Math.round(answered.monotonicMs - asked.monotonicMs)} ms`;
}
