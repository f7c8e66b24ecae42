/**
 * The address of a server as people type it, copy it from somewhere or remember it, and what they can have meant. Pure: nothing is asked.
 * A password is sent there later, so TLS is never given up for them: of a host that isn't near, `http://` is meant only where it was typed.
 */

import {failed, ok, type Result} from '../../protocol/errors.ts';
import type {AddressError} from './address-error.ts';

/** Addresses at one origin, the likeliest first: it answers at one of them or at none. */
export interface Meant {
  readonly addresses: readonly string[];
  /** TLS was typed, or must be assumed, and this has none: who finds a server there says so and doesn't use it. */
  readonly isDowngrade: boolean;
}

/** Aster's own port, where nothing else was said (design section 9). */
const DEFAULT_PORT = '8080';
const MAX_PATHS = 6;
/** An address copied while the app was open. */
const APP_ROUTE =
  /\/(?:setup|login|search|recent|deleted|conflicts|help|index\.html|n\/[^/]+|options(?:\/[a-z]+)?|api(?:\/.*)?)$/;

/** The likeliest origin first; never none. */
export function serversMeant(text: string): Result<readonly Meant[], AddressError> {
  const {scheme, rest} = splitScheme(text.trim().replace(/^[<"'“„]+|[>"'”]+$/g, ''));
  if (scheme === 'other') {
    return failed({type: 'other_scheme', message: 'the address of a server begins with https:// or http://'});
  }
  const url = parseUrl(`${scheme ?? 'https'}://${rest}`);
  if (url === undefined) return failed({type: 'no_address', message: 'this is not the address of a server'});
  const {hostname, port, pathname} = url;
  const isNear = isNearHost(hostname);
  const paths = pathsOf(pathname);
  const at = (one: Scheme, port: string): Meant => ({
    addresses: paths.map((path) => `${one}://${hostname}${port === '' ? '' : `:${port}`}${path}`),
    isDowngrade: one === 'http' && (scheme === null ? !isNear : scheme === 'https'),
  });
  const [https, http] = [at('https', port), at('http', port)];
  const atDefaultPort = isNear && port === '' ? [at('http', DEFAULT_PORT)] : [];
  return ok(scheme === 'http' ? [http, ...atDefaultPort, https] : [https, http, ...atDefaultPort]);
}

/** Whether what is sent there stays on this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

type Scheme = 'https' | 'http';

interface Typed {
  readonly scheme: Scheme | 'other' | null;
  readonly rest: string;
}

/** `https:/host` and `http//host` are slips of the finger; `wss://host` was copied from another program. */
function splitScheme(text: string): Typed {
  const slip = /^(https?)(?::\/*|\/\/+)(?=[^/])(.*)$/i.exec(text);
  if (slip !== null) return {scheme: slip[1]?.toLowerCase() === 'http' ? 'http' : 'https', rest: slip[2] ?? ''};
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text) ?? [];
  if (scheme === undefined) return {scheme: null, rest: text.replace(/^\/+/, '')};
  const schemes: Readonly<Record<string, Scheme>> = {http: 'http', https: 'https', ws: 'http', wss: 'https'};
  return {scheme: schemes[scheme.toLowerCase()] ?? 'other', rest};
}

/** The parser of the web makes hosts of much: of a dash for what was left out, of an empty one none. */
function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHost = /^(?:\[[0-9a-f:.]+\]|[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}])?\.?)$/iu.test(url?.hostname ?? '');
  return isHost ? url : undefined;
}

/** On this machine or in the network around it, where servers often have no certificate. */
function isNearHost(hostname: string): boolean {
  if (isLoopback(hostname) || /^\[(?:f[cd]|fe[89ab])/.test(hostname)) return true;
  if (/^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.[\d.]+$/.test(hostname)) return true;
  return !hostname.includes('.') ? !hostname.includes(':') : /\.(?:local|lan|home|internal|home\.arpa)$/.test(hostname);
}

/** What was typed, without a screen of the app at its end; then what is above it. */
function pathsOf(pathname: string): string[] {
  const typed = pathname.replace(/\/+$/, '');
  const paths = [typed.replace(APP_ROUTE, '')];
  for (let path = typed; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) paths.push(path);
  return [...new Set([...[...new Set(paths)].slice(0, MAX_PATHS - 1), ''])];
}
