/** Why nobody can reach the server: its port or its address isn't to be had. The message says what to give instead. */

import type {Options} from './options.ts';

/** `message` is for the person who starts the server. */
export class ListenError extends Error {
  constructor(message: string, options: {cause: unknown}) {
    super(message, options);
    this.name = 'ListenError';
  }
}

type Place = Pick<Options, 'host' | 'port'>;

const portInUse = ({port}: Place) => `port ${port} is in use. Stop what uses it, or give another one by PORT.`;
const portNotAllowed = ({port}: Place) => `port ${port} is not allowed to this user. Give one above 1023 by PORT.`;
const noAddress = ({host}: Place) => `this machine has no address ${host}. Give another one by HOST.`;

const WORDS_BY_CODE: Readonly<Record<string, (place: Place) => string>> = {
  EADDRINUSE: portInUse,
  EACCES: portNotAllowed,
  EADDRNOTAVAIL: noAddress,
  EAFNOSUPPORT: noAddress,
  EINVAL: noAddress, // an address of a link, without the link
  ENOTFOUND: noAddress,
  EAI_AGAIN: noAddress,
};

/** Errors that neither port nor address can be blamed for stay what they are. */
export function asListenError(error: unknown, place: Place): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = Object.hasOwn(WORDS_BY_CODE, code) ? WORDS_BY_CODE[code] : undefined;
  return words === undefined ? error : new ListenError(words(place), {cause: error});
}
