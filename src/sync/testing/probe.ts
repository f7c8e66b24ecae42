/** A network of servers for tests of the search and of "Test sync": what answers where. Where nothing is told, nothing is. */

import {failed, ok} from '../../../protocol/errors.ts';
import {PROTOCOL_RANGE} from '../../../protocol/version.ts';
import type {AskOptions, DeviceFacts, Probe, Reached} from '../probe.ts';

export type Place =
  /** `base`: path of the server on its host, without a slash at the end. `maxBytes`: what a proxy before it lets through. */
  | {readonly is: 'aster'; readonly base?: string; readonly maxBytes?: number}
  /** To another origin, each path to the same path there. */
  | {readonly is: 'redirect'; readonly to: string}
  | {readonly is: 'web site' | 'login page' | 'unreadable' | 'silent'};

export interface ProbeInput {
  /** By origin. */
  readonly places: Readonly<Record<string, Place>>;
  readonly ownAddress?: string;
  readonly device?: Partial<DeviceFacts>;
}

export const KEPT_DEVICE: DeviceFacts = {
  isPersisted: true,
  usedBytes: 10 * 1024 * 1024,
  allowedBytes: 1024 * 1024 * 1024,
  isNearlyFull: false,
  offlineStart: 'ready',
};

export function createProbe({places, ownAddress, device}: ProbeInput): Probe & {readonly asked: string[]} {
  const asked: string[] = [];
  const ask = (url: string, options: AskOptions): ReturnType<Probe['ask']> => {
    asked.push(url);
    const {origin, pathname} = new globalThis.URL(url);
    const place = places[origin];
    switch (place?.is) {
      case undefined:
        return Promise.resolve(failed({type: 'unreachable', message: 'connection refused'}));
      case 'silent':
        return Promise.resolve(failed({type: 'timeout', message: 'no answer'}));
      case 'unreadable':
        return Promise.resolve(failed({type: 'origin_refused', message: 'not readable'}));
      case 'redirect':
        return ask(`${place.to}${pathname}`, options);
      case 'web site':
        return Promise.resolve(html(url, '<html><title>It works</title></html>'));
      case 'login page':
        return Promise.resolve(html(url, '<html><form><input type="password"></form></html>'));
      case 'aster':
        return Promise.resolve(asterAnswer(url, pathname, place, options));
    }
  };
  return {
    asked,
    ownAddress: ownAddress ?? null,
    needsTls: ownAddress?.startsWith('https:') ?? false,
    ask: (address, path, options) => ask(`${address}${path}`, options),
    device: async () => ({...KEPT_DEVICE, ...device}),
    keepData: async () => true,
  };
}

function asterAnswer(
  url: string,
  pathname: string,
  {base = '', maxBytes}: Place & {readonly is: 'aster'},
  {bytes = 0}: AskOptions,
): {readonly ok: true; readonly value: Reached} {
  if (maxBytes !== undefined && bytes > maxBytes) return html(url, '<h1>413 Request Entity Too Large</h1>', 413);
  if (!pathname.startsWith(`${base}/api/`)) return html(url, '<html><title>Aster</title></html>');
  if (bytes > 0) return json(url, {error: {type: 'signed_out', message: 'a bearer token is needed'}}, 401);
  return json(url, {app: 'aster', version: '1.2.3', initialized: true, protocol: PROTOCOL_RANGE, timeMs: 0});
}

function json(url: string, value: unknown, status = 200) {
  return ok({url, answer: {status, contentType: 'application/json', text: JSON.stringify(value)}});
}

function html(url: string, text: string, status = 200) {
  return ok({url, answer: {status, contentType: 'text/html', text}});
}
