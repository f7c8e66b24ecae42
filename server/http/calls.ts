/**
 * Every call of the protocol as a route: who asks, then which protocol, then the shape, then the core. A device's token is
 * checked before the body is read: a stranger can't make the server read megabytes.
 */

import type {FastifyInstance, FastifyRequest} from 'fastify';
import * as z from 'zod/mini';
import {failed, type Result, SyncFailure} from '../../protocol/errors.ts';
import {MAX_REQUEST_BYTES} from '../../protocol/limits.ts';
import {CALLS, type CallName, type CallRequest} from '../../protocol/messages.ts';
import {REQUESTS} from '../../protocol/requests.ts';
import type {Core} from '../core/core.ts';
import type {Device} from '../core/ports.ts';
import {wireError} from '../core/ports.ts';
import {checkProtocol} from '../core/protocol-range.ts';
import {faultsIn} from '../core/rejected.ts';
import {sendError} from './errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    arrivedMs: number;
    device: Device | null;
  }
}

export function addCalls(app: FastifyInstance, core: Core, apiPath: string): void {
  for (const name of Object.keys(CALLS) as CallName[]) {
    const {method, path, access} = CALLS[name];
    app.route({
      method,
      url: `${apiPath}${path}`,
      config: access === 'device' ? {maxBodyBytes: MAX_REQUEST_BYTES} : {},
      ...(access === 'device' ? {onRequest: authenticate(core)} : {}),
      handler: async (request, reply) => {
        const parsed = parseRequest(REQUESTS[name], request.body);
        const answer = parsed.ok ? await call(core, name, request, parsed.value) : parsed;
        return answer.ok
          ? reply.header('cache-control', 'no-store').send(answer.value)
          : sendError(reply, answer.error);
      },
    });
  }
}

export function authenticate(core: Core): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const token = /^Bearer ([A-Za-z0-9_-]{1,128})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new SyncFailure(wireError('signed_out', 'a bearer token is needed'));
    const device = await core.authenticate(token, request.address);
    if (!device.ok) throw new SyncFailure(device.error);
    request.device = device.value;
  };
}

/** The protocol is asked first: another one may have another shape. */
function parseRequest(schema: z.ZodMiniType | null, body: unknown): Result<unknown> {
  if (schema === null) return {ok: true, value: null};
  const unspoken =
    typeof body === 'object' && body !== null && 'protocol' in body ? checkProtocol(body.protocol) : undefined;
  if (unspoken !== undefined) return failed(unspoken);
  const parsed = z.safeParse(schema, body);
  return parsed.success ? {ok: true, value: parsed.data} : failed(wireError('malformed', faultsIn(parsed.error)));
}

/** `value` has the shape of the call's request: it passed its schema. */
function call(core: Core, name: CallName, request: FastifyRequest, value: unknown): Promise<Result<unknown>> {
  switch (name) {
    case 'status':
      return core.status();
    case 'setup':
      return core.setup(value as CallRequest<'setup'>, request.address);
    case 'login':
      return core.login(value as CallRequest<'login'>, request.address);
    case 'hello':
      return core.hello(deviceOf(request), value as CallRequest<'hello'>, request.arrivedMs);
    case 'push':
      return core.push(deviceOf(request), value as CallRequest<'push'>);
    case 'pull':
      return core.pull(deviceOf(request), value as CallRequest<'pull'>);
    case 'fetch':
      return core.fetch(deviceOf(request), value as CallRequest<'fetch'>);
    case 'buckets':
      return core.buckets(deviceOf(request), value as CallRequest<'buckets'>);
    case 'items':
      return core.items(deviceOf(request), value as CallRequest<'items'>);
    case 'repair':
      return core.repair(deviceOf(request), value as CallRequest<'repair'>);
  }
}

export function deviceOf({device}: FastifyRequest): Device {
  if (device === null) throw new Error('the route does not authenticate');
  return device;
}
