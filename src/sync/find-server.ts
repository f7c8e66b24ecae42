/**
 * The server that somebody means: everything that the typed address can mean is asked at once, and the likeliest that is Aster is it. What is
 * stored then is where it really answers, so that nothing is redirected later: a redirect would make a GET of a POST.
 */

import {readAnswer} from '../../protocol/answer.ts';
import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import {CALLS} from '../../protocol/messages.ts';
import type {AddressError} from './address-error.ts';
import type {FoundServer} from './api.ts';
import type {Probe} from './probe.ts';
import {isLoopback, type Meant, serversMeant} from './server-addresses.ts';

type Problem = SyncError | AddressError;

/** A person waits for it; a server that is there answers sooner, also over a poor line. */
const ASK_LIMIT_MS = 8_000;
/** Of several problems the first of these says most; of others, that of the likeliest address. */
const TELLING: readonly Problem['type'][] = ['no_tls', 'own_address', 'login_page', 'origin_refused', 'not_aster'];

export async function findServer(probe: Probe, typed: string): Promise<Result<FoundServer, Problem>> {
  const meant = serversMeant(typed);
  if (!meant.ok) return meant;
  const isBlocked = ({addresses: [address = '']}: Meant) => probe.needsTls && isOpen(address);
  const found = await firstOf(meant.value.filter((one) => !isBlocked(one)).map((one) => askOrigin(probe, one)));
  if (found.ok || !isUnreached(found.error) || !meant.value.some((one) => isBlocked(one) && !one.isDowngrade)) {
    return found;
  }
  return failed({type: 'mixed_content', message: 'a page with TLS may not ask a server without'});
}

/** Whether others can read what is sent there. */
export function isOpen(address: string): boolean {
  const {protocol, hostname} = new URL(address);
  return protocol === 'http:' && !isLoopback(hostname);
}

export function isUnreached({type}: Pick<Problem, 'type'>): boolean {
  return type === 'offline' || type === 'unreachable' || type === 'timeout';
}

/** The first in their order that is one, as soon as those before it are known to be none. */
async function firstOf(asked: readonly Promise<Result<FoundServer, Problem>>[]): Promise<Result<FoundServer, Problem>> {
  const problems: Problem[] = [];
  for (const one of asked) {
    const result = await one;
    if (result.ok) return result;
    problems.push(result.error);
  }
  const telling = TELLING.map((type) => problems.find((problem) => problem.type === type));
  return failed(telling.find((problem) => problem !== undefined) ?? problems[0] ?? NOTHING_ASKED);
}

const NOTHING_ASKED: Problem = {type: 'no_address', message: 'no server can be meant'};

async function askOrigin(probe: Probe, {addresses, isDowngrade}: Meant): Promise<Result<FoundServer, Problem>> {
  let problem: Problem = NOTHING_ASKED;
  for (const address of addresses) {
    const found = await askStatus(probe, address);
    if (found.ok && isOpen(found.value.address) && (isDowngrade || !isOpen(address))) {
      return failed({type: 'no_tls', message: 'the server there has no TLS', address: found.value.address});
    }
    if (found.ok || isUnreached(found.error)) return found;
    if (problem === NOTHING_ASKED) problem = found.error;
  }
  return failed(problem);
}

async function askStatus(probe: Probe, address: string): Promise<Result<FoundServer, Problem>> {
  const path = `/api/${CALLS.status.path}`;
  const reached = await probe.ask(address, path, {timeoutMs: ASK_LIMIT_MS});
  if (!reached.ok) return reached;
  const {url, answer} = reached.value;
  const status = readAnswer('status', answer);
  if (!status.ok) {
    const isOwn = status.error.type === 'not_aster' && address === probe.ownAddress;
    return isOwn ? failed({type: 'own_address', message: 'the app comes from there, and no server'}) : status;
  }
  const {initialized, version} = status.value;
  const answering = url.endsWith(path) ? url.slice(0, -path.length) : address;
  return ok({address: answering, redirectedFrom: answering === address ? null : address, initialized, version});
}
