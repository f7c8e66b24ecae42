/**
 * The environment (design section 9) to options. Everything is checked before anything starts: a wrong value, and an
 * option that this server doesn't support yet, stop it with a sentence that says what to do.
 */

import {isIP} from 'node:net';
import {resolve} from 'node:path';
import {MAX_NAME_CHARS} from '../protocol/limits.ts';

export interface Options {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Begins and ends with a slash. */
  readonly basePath: string;
  readonly dataDir: string;
  readonly setupCode: string | undefined;
  readonly allowedOrigins: readonly string[];
  /** How far the forwarded-for headers of proxies are believed; see Fastify's `trustProxy`. */
  readonly trustProxy: boolean | number | string;
}

/** `message` is for the person who starts the server. */
export class OptionsError extends Error {
  readonly variable: string;

  constructor(variable: string, message: string) {
    super(`${variable}: ${message}`);
    this.name = 'OptionsError';
    this.variable = variable;
  }
}

const MIN_SETUP_CODE_CHARS = 8;

export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty value counts as none. Throws OptionsError. */
export function readOptions(env: Environment): Options {
  return {
    host: valueIn(env, 'HOST') ?? '127.0.0.1',
    port: readPort(env),
    basePath: readBasePath(env),
    dataDir: readDataDir(env),
    setupCode: readSetupCode(env),
    allowedOrigins: readOrigins(env),
    trustProxy: readTrustProxy(env),
  };
}

/** For what needs the data only. Throws OptionsError. */
export function readDataDir(env: Environment): string {
  refuseUnsupported(env);
  return resolve(valueIn(env, 'ASTER_DATA_DIR') ?? './data');
}

function valueIn(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function refuseUnsupported(env: Environment): void {
  const unsupported = {
    ASTER_TLS_CERT: 'serving TLS is not supported yet. Unset it and put a TLS proxy (Caddy, nginx) in front.',
    ASTER_TLS_KEY: 'serving TLS is not supported yet. Unset it and put a TLS proxy (Caddy, nginx) in front.',
    ASTER_DATABASE_URL: 'PostgreSQL is not supported yet. Unset it: the data goes to SQLite in ASTER_DATA_DIR.',
  };
  for (const [name, message] of Object.entries(unsupported)) {
    if (valueIn(env, name) !== undefined) throw new OptionsError(name, message);
  }
}

function readPort(env: Environment): number {
  const text = valueIn(env, 'PORT') ?? '8080';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535))
    throw new OptionsError('PORT', `"${text}" is not a port. Give a number from 0 (any free one) to 65535.`);
  return port;
}

function readBasePath(env: Environment): string {
  const text = valueIn(env, 'ASTER_BASE_PATH') ?? '/';
  const words = text.split('/').filter((word) => word !== '');
  if (!words.every((word) => /^[A-Za-z0-9._~-]+$/.test(word) && !/^\.+$/.test(word))) {
    throw new OptionsError(
      'ASTER_BASE_PATH',
      `"${text}" is not a path. Give one of letters, digits, - . _ ~ and slashes, like /notes/.`,
    );
  }
  return words.length === 0 ? '/' : `/${words.join('/')}/`;
}

function readSetupCode(env: Environment): string | undefined {
  const code = valueIn(env, 'ASTER_SETUP_CODE');
  if (code === undefined || (code.length >= MIN_SETUP_CODE_CHARS && code.length <= MAX_NAME_CHARS)) return code;
  throw new OptionsError(
    'ASTER_SETUP_CODE',
    `give ${MIN_SETUP_CODE_CHARS} to ${MAX_NAME_CHARS} characters, or none: then one is made and printed.`,
  );
}

function readOrigins(env: Environment): readonly string[] {
  const texts = (valueIn(env, 'ASTER_ALLOWED_ORIGINS') ?? '').split(/[\s,]+/).filter((text) => text !== '');
  return texts.map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
    throw new OptionsError(
      'ASTER_ALLOWED_ORIGINS',
      `"${text}" is not an origin. Give some like https://notes.example.org, with commas between.`,
    );
  });
}

function readTrustProxy(env: Environment): false | number | string {
  const text = valueIn(env, 'ASTER_TRUST_PROXY') ?? 'false';
  if (text === 'false') return false;
  if (text === 'true') return 1; // the nearest proxy only: what lies before it in the header is the client's own words
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const wrong = text.split(',').find((one) => !isProxyAddress(one.trim()));
  if (wrong === undefined) return text;
  throw new OptionsError(
    'ASTER_TRUST_PROXY',
    `"${wrong.trim()}" is not understood. Give true, false, how many proxies there are, or their addresses: loopback, 10.0.0.1 or 10.0.0.0/8, with commas between.`,
  );
}

/** Of what Fastify takes for one; anything else it would refuse with an error of its own, after the data were opened. */
function isProxyAddress(text: string): boolean {
  if (/^(loopback|linklocal|uniquelocal)$/.test(text)) return true;
  const [address = '', prefix, ...more] = text.split('/');
  const maxPrefix = {0: 0, 4: 32, 6: 128}[isIP(address)] ?? 0;
  if (prefix === undefined) return maxPrefix > 0;
  return more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) > 0 && Number(prefix) <= maxPrefix;
}
