/** From "Server instance address" to the address of a call. */

import {failed, ok, type Result} from '../../protocol/errors.ts';

/** `https://host/notes` and `sync/push` make `https://host/notes/api/sync/push`. What isn't a web address is `not_aster`. */
export function apiAddress(address: string, path: string): Result<string> {
  const url = parseUrl(address.trim());
  if (url === undefined) return notAster('is not a web address; it begins with https:// or http://');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return notAster('must begin with https:// or http://');
  if (url.username !== '' || url.password !== '') return notAster('must not have a username or password in it');
  return ok(`${url.origin}${url.pathname.replace(/\/+$/, '')}/api/${path}`);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function notAster(words: string): Result<never> {
  return failed({type: 'not_aster', message: `the server address ${words}`});
}
