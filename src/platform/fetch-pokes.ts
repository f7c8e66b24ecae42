/**
 * The event stream of pokes over fetch: an EventSource can't carry a token. One attempt; who opens it decides when to try
 * again. A stream without a byte for a while, heartbeats included, is dead even where no one closed it.
 */

import {safeParse} from 'zod/mini';
import {readAnswer} from '../../protocol/answer.ts';
import type {SyncError} from '../../protocol/errors.ts';
import {POKES_PATH, type Poke, pokeSchema} from '../../protocol/messages.ts';
import type {CallOptions, Connectivity, Time} from '../sync/ports.ts';
import {apiAddress} from './api-address.ts';
import {createEventStreamParser} from './event-stream.ts';
import {networkError, readHttpAnswer} from './http-answer.ts';
import {requestInit} from './http-request.ts';

/** The server sends a heartbeat at least every 30 s. */
export const SILENCE_MS = 60_000;

export interface PokesPorts {
  readonly time: Time;
  readonly connectivity: Pick<Connectivity, 'isOnline'>;
}

export function openPokes(
  ports: PokesPorts,
  options: CallOptions,
  onPoke: (poke: Poke) => void,
  onEnd: (error: SyncError) => void,
): () => void {
  const stream = new AbortController();
  let isOpen = true;
  const close = () => {
    isOpen = false;
    stream.abort();
    watchdog.stop();
  };
  const end = (error: SyncError) => {
    if (!isOpen) return;
    close();
    onEnd(error);
  };
  const watchdog = createWatchdog(ports.time, (message) => end({type: 'timeout', message}));
  watchdog.expect(options.timeoutMs, 'no answer within the time limit');
  const onData = (data: string) => {
    const poke = isOpen ? parsePoke(data) : undefined;
    if (poke !== undefined) onPoke(poke);
  };
  const onBytes = () => watchdog.expect(SILENCE_MS, `the server sent nothing for ${SILENCE_MS / 1000} seconds`);
  readStream(ports, options, stream.signal, onData, onBytes).then(end, (error) =>
    end(networkError(error, ports.connectivity)),
  );
  return close;
}

/** Resolves with the reason when the stream ends in order or never was one; rejects with fetch's error. */
async function readStream(
  {time}: PokesPorts,
  {address, token}: CallOptions,
  signal: AbortSignal,
  onData: (data: string) => void,
  onBytes: () => void,
): Promise<SyncError> {
  const url = apiAddress(address, POKES_PATH);
  if (!url.ok) return url.error;
  const init = requestInit({method: 'GET', accept: 'text/event-stream', token, body: null});
  const response = await fetch(url.value, {...init, signal});
  if (!isEventStream(response)) return refusal(await readHttpAnswer(response, time.wallMs()));
  onBytes();
  const parser = createEventStreamParser(onData);
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    onBytes();
    if (parser.push(decoder.decode(piece.value, {stream: true})) === 'too_long') {
      return {type: 'not_aster', message: 'the event stream is not made of pokes'};
    }
  }
  return {type: 'unreachable', message: 'the server ended the event stream'};
}

function isEventStream(response: Response): response is Response & {body: ReadableStream<Uint8Array>} {
  const type = response.headers.get('content-type') ?? '';
  return response.ok && /^text\/event-stream/i.test(type) && response.body !== null;
}

/** No call answers like this; reading it as one gives the server's, a gateway's or a login page's error. */
function refusal(answer: Parameters<typeof readAnswer>[1]): SyncError {
  const read = readAnswer('hello', answer);
  return read.ok
    ? {type: 'not_aster', message: 'the answer is not an event stream', status: answer.status}
    : read.error;
}

function parsePoke(data: string): Poke | undefined {
  try {
    const poke = safeParse(pokeSchema, JSON.parse(data));
    return poke.success ? poke.data : undefined;
  } catch {
    return undefined;
  }
}

function createWatchdog(time: Time, onSilence: (message: string) => void) {
  let cancel = () => {};
  return {
    expect(withinMs: number, message: string) {
      cancel();
      cancel = time.after(withinMs, () => onSilence(message));
    },
    stop: () => cancel(),
  };
}
