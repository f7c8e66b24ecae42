/** Headers of every answer: what browsers may do with it, and who may read it from elsewhere. */

import type {FastifyInstance, FastifyRequest} from 'fastify';

/** `connect-src`: the app may sync with a server at another address, which its person has typed in. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self' http: https:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

const PREFLIGHT_SECONDS = '600';

/** Also for answers that are written past Fastify: see `headersFor`. */
export function addHeaders(app: FastifyInstance, allowedOrigins: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headersFor(request, allowedOrigins));
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      return reply.code(204).headers(preflightHeaders(request, allowedOrigins)).send();
    }
  });
}

export function headersFor({headers}: FastifyRequest, allowedOrigins: readonly string[]): Record<string, string> {
  if (allowedOrigins.length === 0) return SECURITY_HEADERS;
  const {origin} = headers;
  const isAllowed = origin !== undefined && allowedOrigins.includes(origin);
  return {
    ...SECURITY_HEADERS,
    vary: 'origin',
    ...(isAllowed ? {'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after'} : {}),
  };
}

function preflightHeaders({headers}: FastifyRequest, allowedOrigins: readonly string[]): Record<string, string> {
  if (!allowedOrigins.includes(headers.origin ?? '')) return {};
  return {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, content-encoding',
    'access-control-max-age': PREFLIGHT_SECONDS,
  };
}
