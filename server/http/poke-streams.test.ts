import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {pokeSchema} from '../../protocol/messages.ts';
import {createHttpWorld, type HttpWorld} from '../testing/http-world.ts';
import {at, note, pushOne} from '../testing/world.ts';

let world: HttpWorld;
beforeEach(async () => {
  world = await createHttpWorld({allowedOrigins: ['https://app.example']});
});
afterEach(() => world.close());

/** The events of an open stream, one at a time. */
async function openStream(headers: Record<string, string> = {}) {
  const response = await world.call('api/pokes', {
    headers: {authorization: `Bearer ${world.token}`, 'accept-encoding': 'br, gzip', ...headers},
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<unknown> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        return JSON.parse(event.replace(/^data: /, ''));
      }
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return undefined;
      text += chunk.value;
    }
  };
  return {response, next, cancel: () => reader?.cancel()};
}

describe('the stream of pokes', () => {
  it('begins with the standing and tells each commit, with head and root', async () => {
    const {response, next} = await openStream();
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('content-encoding')).toBeNull();
    const first = await next();
    expect(pokeSchema.parse(first)).toEqual(await world.core.standing(world.device.accountId));
    await pushOne(world, note({stamp: at(1)}));
    expect(await next()).toEqual(await world.core.standing(world.device.accountId));
  });

  it('wants a token', async () => {
    const response = await world.call('api/pokes');
    expect([response.status, await response.json()]).toMatchObject([401, {error: {type: 'signed_out'}}]);
  });

  it('is readable for an allowed origin', async () => {
    const {response, next} = await openStream({origin: 'https://app.example'});
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    await next();
  });

  it('ends when the server closes', async () => {
    const {next} = await openStream();
    await next();
    expect(world.http.pokeStreams.count()).toBe(1);
    const closed = world.close();
    expect(await next()).toBeUndefined();
    await closed;
  });

  it('is forgotten when its reader goes', async () => {
    const {next, cancel} = await openStream();
    await next();
    await cancel();
    await expect.poll(() => world.http.pokeStreams.count()).toBe(0);
  });
});
