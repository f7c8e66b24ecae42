/**
 * "Test sync": one line per check, each with what was measured and, where it didn't pass, why. First the way to the server, then the server,
 * then this device. Nothing of the notebook is sent.
 */

import {readAnswer} from '../../protocol/answer.ts';
import type {SyncError} from '../../protocol/errors.ts';
import {MAX_CLOCK_OFFSET_MS, PUSH_BATCH_BYTES} from '../../protocol/limits.ts';
import {CALLS, type CallAnswer} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import type {AddressError} from './address-error.ts';
import {type FoundServer, TEST_CHECKS, type TestCheck, type TestFindingType, type TestLine} from './api.ts';
import {isSkewed, readInstant, skewError, takeSample} from './clock.ts';
import {findServer, isOpen, isUnreached} from './find-server.ts';
import type {ClockSample, Store, Time, Transport} from './ports.ts';
import type {DeviceFacts, Probe} from './probe.ts';
import {DEFAULT_TIMEOUT_MS} from './replica-state.ts';
import {callOptions, historyOf, type LinkedState, linkOf, strangerIn} from './standing.ts';

export interface TestPorts {
  readonly store: Store;
  readonly transport: Transport;
  readonly time: Time;
  readonly probe: Probe;
}

type OnLine = (line: TestLine) => void;
type Problem = SyncError | AddressError;

/** A stream that isn't held back says something at once. */
const POKE_LIMIT_MS = 5_000;
/** A megabyte over a poor line. */
const BODY_LIMIT_MS = 30_000;

export async function testSync(ports: TestPorts, typed: string, onLine: OnLine): Promise<void> {
  const found = await findServer(ports.probe, typed);
  const shown = withoutSecrets(typed);
  const signedIn = found.ok
    ? await testServer(ports, found.value, shown, onLine)
    : tellUnusable(checkOf(found.error), found.error, shown, onLine);
  for (const line of deviceLines(await ports.probe.device())) onLine(line);
  onLine(signedIn);
}

/** Up to the pokes; the line that is last of all is returned. */
async function testServer(ports: TestPorts, server: FoundServer, typed: string, onLine: OnLine): Promise<TestLine> {
  const {address, redirectedFrom} = server;
  const asked = readInstant(ports.time);
  const answer = await ports.transport.call('status', null, {address, token: null, timeoutMs: DEFAULT_TIMEOUT_MS});
  const answered = readInstant(ports.time);
  if (!answer.ok) return tellUnusable(checkOf(answer.error), answer.error, typed, onLine);
  const status = answer.value;
  onLine(passed('address', address === typed ? address : `${address}, by what was typed: ${typed}`));
  onLine(passed('reachable', `answered in ${Math.round(answered.monotonicMs - asked.monotonicMs)} ms`));
  onLine(tlsLine(address));
  onLine(passed('way', redirectedFrom === null ? 'neither in the way' : `${redirectedFrom} leads to ${address}`));
  onLine(passed('aster', `Aster ${status.version}`));
  onLine(protocolLine(status));
  const signIn = await testSignIn(ports, address, status);
  onLine(signIn.sameServer);
  onLine(clockLine(takeSample(asked, status.timeMs, status.timeMs, answered), ports.time));
  onLine(await bodySizeLine(ports.probe, address));
  onLine(signIn.state === null ? skipped('pokes', 'It needs a sign-in.') : await pokesLine(ports, signIn.state));
  return signIn.line;
}

/** The lines are copied for others to read: a password in an address isn't, nor the setup code of a link. */
function withoutSecrets(typed: string): string {
  return typed
    .trim()
    .replace(/\/\/[^/]*@/, '//')
    .replace(/[?#].*$/, '');
}

function checkOf({type}: Problem): TestCheck {
  switch (type) {
    case 'no_address':
    case 'other_scheme':
      return 'address';
    case 'mixed_content':
    case 'no_tls':
      return 'tls';
    case 'login_page':
    case 'origin_refused':
      return 'way';
    default:
      return isUnreached({type}) ? 'reachable' : 'aster';
  }
}

/** This check failed; the others of the server can't be made. */
function tellUnusable(failing: TestCheck, error: Problem, typed: string, onLine: OnLine): TestLine {
  const ofServer = TEST_CHECKS.slice(0, TEST_CHECKS.indexOf('pokes') + 1);
  for (const check of ofServer) {
    const isBefore = ofServer.indexOf(check) < ofServer.indexOf(failing);
    if (check === failing) onLine({check, result: 'failed', value: check === 'address' ? typed : '', error});
    else if (check === 'address') onLine(passed(check, typed));
    else if (check === 'reachable' && isBefore) onLine(passed(check, 'something answers there'));
    else onLine(skipped(check));
  }
  return skipped('signed_in');
}

function tlsLine(address: string): TestLine {
  if (isOpen(address)) return warned('tls', 'http, without TLS', 'not_encrypted');
  return passed('tls', address.startsWith('https:') ? 'encrypted' : 'not needed: the server is on this machine');
}

function protocolLine({protocol: {min, max}}: CallAnswer<'status'>): TestLine {
  const value = `server ${min}–${max}, app ${PROTOCOL_RANGE.min}–${PROTOCOL_RANGE.max}`;
  const side = max < PROTOCOL_RANGE.min ? 'server' : min > PROTOCOL_RANGE.max ? 'app' : null;
  if (side === null) return passed('protocol', value);
  return {check: 'protocol', result: 'failed', value, error: {type: 'upgrade_needed', message: value, side}};
}

function clockLine(sample: ClockSample, time: Time): TestLine {
  const {offsetMs, errorMs} = sample;
  const seconds = `${(Math.abs(offsetMs) / 1000).toFixed(1)} s`;
  const way = offsetMs > 0 ? 'server ahead' : 'server behind';
  const value = `${seconds} ${way}, ± ${(errorMs / 1000).toFixed(1)} s; up to ${MAX_CLOCK_OFFSET_MS / 60_000} minutes are tolerated`;
  if (!isSkewed(sample)) return passed('clock', value);
  return {check: 'clock', result: 'failed', value, error: skewError(sample, readInstant(time))};
}

interface SignInTest {
  readonly sameServer: TestLine;
  readonly line: TestLine;
  /** Null where the server doesn't know this device, or wasn't asked. */
  readonly state: LinkedState | null;
}

/** A token goes only to the address that it came from. */
async function testSignIn(
  {store, transport, time}: TestPorts,
  address: string,
  {initialized}: CallAnswer<'status'>,
): Promise<SignInTest> {
  const state = await store.transaction('read', (tx) => tx.state());
  const link = linkOf(state);
  const untested = (words: string, line = skipped('signed_in', words)): SignInTest => {
    return {sameServer: skipped('same_server', words), line, state: null};
  };
  if (state === undefined || state.server === null)
    return untested(initialized ? 'This device has not signed in yet.' : 'The server has no account yet.');
  if (state.server.address !== address)
    return untested(`This device is signed in to ${state.server.address}. Press “Save” to use the other address.`);
  if (!link.ok) return untested('It needs a sign-in.', failedWith('signed_in', link.error));
  const linked = link.value;
  const request = {protocol: PROTOCOL_RANGE, replica: linked.replica, history: historyOf(linked), t0: time.wallMs()};
  const answer = await transport.call('hello', request, callOptions(linked));
  if (!answer.ok && answer.error.type === 'other_history')
    return {sameServer: failedWith('same_server', answer.error), line: passed('signed_in'), state: linked};
  if (!answer.ok) return untested('It needs a sign-in.', failedWith('signed_in', answer.error));
  const stranger = strangerIn(linked, answer.value);
  const sameServer =
    stranger === undefined ? passed('same_server', 'same account, same history') : failedWith('same_server', stranger);
  return {sameServer, line: passed('signed_in'), state: linked};
}

/** Without a token: what lies before the server looks at the size first, and the server then asks for the token. */
async function bodySizeLine(probe: Probe, address: string): Promise<TestLine> {
  const options = {timeoutMs: BODY_LIMIT_MS, bytes: PUSH_BATCH_BYTES};
  const reached = await probe.ask(address, `/api/${CALLS.hello.path}`, options);
  const size = `${PUSH_BATCH_BYTES / 1024 / 1024} MB at once`;
  const answer = reached.ok ? readAnswer('hello', reached.value.answer) : reached;
  if (answer.ok || answer.error.type === 'signed_out') return passed('body_size', `${size} is taken`);
  const {type, message} = answer.error;
  if (type === 'too_large' || isUnreached({type})) {
    const finding = {type: 'requests_refused' as const, message};
    return {check: 'body_size', result: 'failed', value: `${size}: ${message}`, error: finding};
  }
  return {check: 'body_size', result: 'failed', value: size, error: answer.error};
}

function pokesLine({transport, time}: TestPorts, state: LinkedState): Promise<TestLine> {
  return new Promise((resolve) => {
    const beganMs = time.monotonicMs();
    const end = (line: TestLine) => {
      cancel();
      close();
      resolve(line);
    };
    const cancel = time.after(POKE_LIMIT_MS, () => {
      end(warned('pokes', `nothing came within ${POKE_LIMIT_MS / 1000} s`, 'pokes_held'));
    });
    const close = transport.openPokes(
      callOptions(state),
      () => end(passed('pokes', `the first came after ${Math.round(time.monotonicMs() - beganMs)} ms`)),
      (error) => end(failedWith('pokes', error)),
    );
  });
}

function deviceLines(facts: DeviceFacts): TestLine[] {
  return [persistedLine(facts.isPersisted), roomLine(facts), offlineStartLine(facts.offlineStart)];
}

function persistedLine(isPersisted: DeviceFacts['isPersisted']): TestLine {
  if (isPersisted === null) return skipped('storage', 'The browser doesn’t tell.');
  if (isPersisted) return passed('storage', 'kept until you remove it');
  return warned('storage', 'the browser may remove it when the device runs out of room', 'not_persisted');
}

function roomLine({usedBytes, allowedBytes, isNearlyFull}: DeviceFacts): TestLine {
  if (usedBytes === null || allowedBytes === null) return skipped('room', 'The browser doesn’t tell.');
  const value = `${megabytes(usedBytes)} of ${megabytes(allowedBytes)} used`;
  return isNearlyFull ? warned('room', value, 'nearly_full') : passed('room', value);
}

function offlineStartLine(offlineStart: DeviceFacts['offlineStart']): TestLine {
  switch (offlineStart) {
    case null:
      return skipped('offline_start');
    case 'ready':
      return passed('offline_start', 'the app starts without a network');
    case 'installing':
      return passed('offline_start', 'being prepared: the app is still on its way into the browser');
    case 'insecure':
      return warned('offline_start', 'the page has no TLS', 'insecure_page');
    case 'none':
      return warned('offline_start', 'no service worker', 'no_worker');
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024).toLocaleString('en')} MB`;
}

function passed(check: TestCheck, value = ''): TestLine {
  return {check, result: 'passed', value, error: null};
}

function skipped(check: TestCheck, value = ''): TestLine {
  return {check, result: 'skipped', value, error: null};
}

function failedWith(check: TestCheck, error: SyncError): TestLine {
  return {check, result: 'failed', value: '', error};
}

function warned(check: TestCheck, value: string, type: TestFindingType): TestLine {
  return {check, result: 'warned', value, error: {type, message: value}};
}
