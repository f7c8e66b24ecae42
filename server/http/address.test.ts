import {afterEach, expect, it} from 'vitest';
import {createHttpWorld, type HttpWorld, type HttpWorldOptions} from '../testing/http-world.ts';

const NOT_TRUSTED = /^X-Forwarded-For arrives but ASTER_TRUST_PROXY is not set/;

let world: HttpWorld | undefined;
afterEach(() => world?.close());

/** Signs in behind a proxy; the address that the new device is known by. */
async function signIn(options: HttpWorldOptions, headers: Record<string, string>): Promise<string | null | undefined> {
  world = await createHttpWorld(options);
  const request = {username: 'Ann', password: 'long enough', deviceName: 'Phone'};
  for (let time = 0; time < 2; time++) expect((await world.post('api/login', request, headers)).status).toBe(200);
  return [...world.storage.tables.devices.values()].at(-1)?.lastAddress;
}

it('the address of who asks this machine itself is known', async () => {
  expect(await signIn({}, {})).toBe('127.0.0.1');
  expect(world?.errors).toEqual([]);
});

it('behind a proxy that is not trusted nobody has an address, and the log says so once', async () => {
  expect(await signIn({}, {'x-forwarded-for': '203.0.113.9'})).toBe(null);
  expect(world?.errors).toEqual([expect.stringMatching(NOT_TRUSTED)]);
});

it.each(['203.0.113.9', '127.0.0.1'])('behind a trusted proxy %s is', async (address) => {
  expect(await signIn({trustProxy: 'loopback'}, {'x-forwarded-for': address})).toBe(address);
  expect(world?.errors).toEqual([]);
});
