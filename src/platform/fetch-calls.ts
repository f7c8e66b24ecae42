/**
 * The Transport's calls over fetch. Every failure comes back as a SyncError: what the network does is told here, what an
 * answer means by protocol/answer.ts. A limit in time holds for the whole answer, its body included.
 */

import {type HttpAnswer, readAnswer} from '../../protocol/answer.ts';
import {failed, type Result} from '../../protocol/errors.ts';
import {CALLS, type CallAnswer, type CallName, type CallRequest} from '../../protocol/messages.ts';
import type {CallOptions, Connectivity, Time, Transport} from '../sync/ports.ts';
import {apiAddress} from './api-address.ts';
import {isCutOff, networkError, readHttpAnswer} from './http-answer.ts';
import {encodeBody, requestInit} from './http-request.ts';

export type Calls = Pick<Transport, 'call'>;

export interface FetchCallsPorts {
  readonly time: Time;
  readonly connectivity: Pick<Connectivity, 'isOnline'>;
}

export function createFetchCalls(ports: FetchCallsPorts): Calls {
  return {call: (name, request, options) => call(ports, name, request, options)};
}

async function call<N extends CallName>(
  {time, connectivity}: FetchCallsPorts,
  name: N,
  request: CallRequest<N>,
  options: CallOptions,
): Promise<Result<CallAnswer<N>>> {
  const {method, path} = CALLS[name];
  const address = apiAddress(options.address, path);
  if (!address.ok) return address;
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const body = method === 'POST' ? await encodeBody(request) : null;
    const init = requestInit({method, accept: 'application/json', token: options.token, body});
    const answer = await readHttpAnswer(await fetch(address.value, {...init, signal}), time.wallMs());
    return readWhole(name, answer);
  } catch (error) {
    if (signal.aborted) return failed({type: 'timeout', message: `no answer within ${options.timeoutMs} ms`});
    return failed(networkError(error, connectivity));
  }
}

function readWhole<N extends CallName>(name: N, answer: HttpAnswer): Result<CallAnswer<N>> {
  const result = readAnswer(name, answer);
  if (result.ok || result.error.type !== 'not_aster' || !isCutOff(answer)) return result;
  return failed({type: 'unreachable', message: 'the answer broke off in the middle'});
}
