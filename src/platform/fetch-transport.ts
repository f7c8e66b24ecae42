/** The Transport over fetch: calls, and the event stream of pokes, which only a page holds open. */

import type {Transport} from '../sync/ports.ts';
import {createFetchCalls, type FetchCallsPorts} from './fetch-calls.ts';
import {openPokes} from './fetch-pokes.ts';

export function createFetchTransport(ports: FetchCallsPorts): Transport {
  return {
    ...createFetchCalls(ports),
    openPokes: (options, onPoke, onEnd) => openPokes(ports, options, onPoke, onEnd),
  };
}
