/**
 * Where a request comes from. Behind a proxy on this machine that isn't trusted everything comes from the machine itself: then
 * it isn't known, so that nobody is slowed down, or let through, for what others did.
 */

import type {FastifyRequest} from 'fastify';
import type {Log} from '../core/ports.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where it isn't known. */
    address: string | null;
  }
}

const LOOPBACK = /^(::1$|(::ffff:)?127\.)/i;

/** Says once that a proxy isn't trusted. */
export function createAddressOf(log: Log): (request: FastifyRequest) => string | null {
  let isTold = false;
  return ({ip, ips, headers}) => {
    const isForwarded = (ips?.length ?? 1) > 1;
    if (isForwarded || headers['x-forwarded-for'] === undefined || !LOOPBACK.test(ip)) return ip;
    if (!isTold)
      log('error', 'X-Forwarded-For arrives but ASTER_TRUST_PROXY is not set: tries of passwords are not told apart');
    isTold = true;
    return null;
  };
}
