/** What every request to the server has in common. No cookies: a bearer token is all that it carries. */

import {type Bytes, utf8Bytes} from '../../protocol/bytes.ts';

/** Below this, compressing costs more than it saves. */
const GZIP_FROM_BYTES = 1024;

export interface EncodedBody {
  readonly bytes: Bytes;
  readonly encoding: 'gzip' | 'identity';
}

export interface RequestParts {
  readonly method: 'GET' | 'POST';
  readonly accept: string;
  readonly token: string | null;
  readonly body: EncodedBody | null;
}

/** JSON, compressed where the browser can and it is worth it. */
export async function encodeBody(request: unknown): Promise<EncodedBody> {
  const bytes = utf8Bytes(JSON.stringify(request));
  if (bytes.length <= GZIP_FROM_BYTES || typeof CompressionStream === 'undefined') return {bytes, encoding: 'identity'};
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return {bytes: new Uint8Array(await new Response(compressed).arrayBuffer()), encoding: 'gzip'};
}

export function requestInit({method, accept, token, body}: RequestParts): RequestInit {
  const headers = new Headers({accept});
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (body !== null) headers.set('content-type', 'application/json');
  if (body?.encoding === 'gzip') headers.set('content-encoding', 'gzip');
  const init: RequestInit = {method, headers, cache: 'no-store', credentials: 'omit', redirect: 'follow'};
  return body === null ? init : {...init, body: body.bytes};
}
