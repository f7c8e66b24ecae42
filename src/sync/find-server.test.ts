import {expect, test} from 'vitest';
import {findServer} from './find-server.ts';
import {createProbe, type Place} from './testing/probe.ts';

const ASTER: Place = {is: 'aster'};

async function find(typed: string, places: Record<string, Place>, ownAddress?: string) {
  const found = await findServer(createProbe({places, ...(ownAddress === undefined ? {} : {ownAddress})}), typed);
  return found.ok ? found.value.address : found.error.type;
}

test('a host alone is found with TLS where it has it', async () => {
  expect(await find('a.org', {'https://a.org': ASTER, 'http://a.org': ASTER})).toBe('https://a.org');
});

test('a host in the house is found without TLS, and at Aster’s own port', async () => {
  expect(await find('192.168.1.5', {'http://192.168.1.5:8080': ASTER})).toBe('http://192.168.1.5:8080');
  expect(await find('nas.local', {'http://nas.local': ASTER})).toBe('http://nas.local');
});

test('http for https is mended, by what answers or by a redirect', async () => {
  expect(await find('http://a.org', {'https://a.org': ASTER})).toBe('https://a.org');
  const redirected = {'http://a.org': {is: 'redirect', to: 'https://a.org'}, 'https://a.org': ASTER} as const;
  expect(await find('http://a.org', redirected)).toBe('https://a.org');
});

test('a redirect to another host is what is stored, and where it came from is told', async () => {
  const places: Record<string, Place> = {
    'https://a.org': {is: 'redirect', to: 'https://b.org'},
    'https://b.org': ASTER,
  };
  expect(await findServer(createProbe({places}), 'a.org')).toMatchObject({
    value: {address: 'https://b.org', redirectedFrom: 'https://a.org'},
  });
});

test('TLS is never given up unasked: a server without is named, not used', async () => {
  const places = {'http://a.org': ASTER};
  for (const typed of ['a.org', 'https://a.org']) {
    expect(await findServer(createProbe({places}), typed)).toEqual({
      ok: false,
      error: expect.objectContaining({type: 'no_tls', address: 'http://a.org'}),
    });
  }
  expect(await find('http://a.org', places)).toBe('http://a.org');
  const away = {
    'https://a.org': {is: 'redirect', to: 'http://b.org'},
    'http://b.org': ASTER,
    'http://a.org': ASTER,
  } as const;
  expect(await find('https://a.org', away)).not.toBe('http://b.org');
});

test('a server below a path is found by the address of one of its screens', async () => {
  const places = {'https://a.org': {is: 'aster', base: '/notes'}} as const;
  for (const typed of ['a.org/notes', 'https://a.org/notes/n/k3x', 'https://a.org/notes/setup#code=abc']) {
    expect(await find(typed, places)).toBe('https://a.org/notes');
  }
});

test('a path too much is left out', async () => {
  expect(await find('https://a.org/aster/', {'https://a.org': ASTER})).toBe('https://a.org');
});

test.each([
  ['web site', 'not_aster'],
  ['login page', 'login_page'],
  ['unreadable', 'origin_refused'],
  ['silent', 'timeout'],
] as const)('a %s is told as %s', async (is, type) => {
  expect(await find('https://a.org', {'https://a.org': {is}})).toBe(type);
});

test('nobody there is told as not reachable', async () => {
  expect(await find('https://a.org', {})).toBe('unreachable');
});

test('what answers says more than what doesn’t', async () => {
  expect(await find('nas', {'http://nas': {is: 'web site'}})).toBe('not_aster');
});

test('the app’s own address, where no server is, is named', async () => {
  expect(await find('https://app.org', {'https://app.org': {is: 'web site'}}, 'https://app.org')).toBe('own_address');
  expect(await find('https://app.org', {'https://app.org': ASTER}, 'https://app.org')).toBe('https://app.org');
});

test('from a page with TLS no server without is asked, but on this machine', async () => {
  const places: Record<string, Place> = {'http://192.168.1.5:8080': ASTER, 'http://localhost:8080': ASTER};
  const probe = createProbe({places, ownAddress: 'https://app.org'});
  for (const typed of ['192.168.1.5', 'http://192.168.1.5:8080']) {
    expect(await findServer(probe, typed)).toMatchObject({ok: false, error: {type: 'mixed_content'}});
  }
  expect(probe.asked.filter((url) => url.startsWith('http:'))).toEqual([]);
  expect(await find('localhost:8080', places, 'https://app.org')).toBe('http://localhost:8080');
});
