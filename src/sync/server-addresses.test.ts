import {expect, test} from 'vitest';
import {isLoopback, serversMeant} from './server-addresses.ts';

/** What is tried, in order; a downgrade in brackets. */
function tried(text: string): string[] {
  const meant = serversMeant(text);
  if (!meant.ok) throw new Error(meant.error.type);
  return meant.value.flatMap(({addresses, isDowngrade}) =>
    addresses.map((address) => (isDowngrade ? `(${address})` : address)),
  );
}

test.each([
  ['https://notes.example.org', ['https://notes.example.org', '(http://notes.example.org)']],
  ['  https://notes.example.org/  ', ['https://notes.example.org', '(http://notes.example.org)']],
  ['HTTPS://Notes.Example.org', ['https://notes.example.org', '(http://notes.example.org)']],
  ['notes.example.org', ['https://notes.example.org', '(http://notes.example.org)']],
  ['notes.example.org:8443', ['https://notes.example.org:8443', '(http://notes.example.org:8443)']],
  ['http://notes.example.org', ['http://notes.example.org', 'https://notes.example.org']],
  ['http:/notes.example.org', ['http://notes.example.org', 'https://notes.example.org']],
  ['https//notes.example.org', ['https://notes.example.org', '(http://notes.example.org)']],
  ['//notes.example.org', ['https://notes.example.org', '(http://notes.example.org)']],
  ['wss://notes.example.org', ['https://notes.example.org', '(http://notes.example.org)']],
  ['“notes.example.org”', ['https://notes.example.org', '(http://notes.example.org)']],
  ['ada:secret@notes.example.org', ['https://notes.example.org', '(http://notes.example.org)']],
  ['192.168.1.5', ['https://192.168.1.5', 'http://192.168.1.5', 'http://192.168.1.5:8080']],
  ['http://192.168.1.5', ['http://192.168.1.5', 'http://192.168.1.5:8080', 'https://192.168.1.5']],
  ['nas.local:9000', ['https://nas.local:9000', 'http://nas.local:9000']],
  ['nas', ['https://nas', 'http://nas', 'http://nas:8080']],
  ['localhost:8080', ['https://localhost:8080', 'http://localhost:8080']],
  ['[fd00::5]:8080', ['https://[fd00::5]:8080', 'http://[fd00::5]:8080']],
  ['[2001:db8::5]', ['https://[2001:db8::5]', '(http://[2001:db8::5])']],
])('%s is looked for at', (text, addresses) => {
  expect(tried(text)).toEqual(addresses);
});

test.each([
  ['https://a.org/notes/', ['https://a.org/notes', 'https://a.org']],
  ['https://a.org/setup#code=abc', ['https://a.org', 'https://a.org/setup']],
  [
    'https://a.org/notes/n/k3x?q=1#top',
    ['https://a.org/notes', 'https://a.org/notes/n/k3x', 'https://a.org/notes/n', 'https://a.org'],
  ],
  [
    'https://a.org/notes/options/sync',
    ['https://a.org/notes', 'https://a.org/notes/options/sync', 'https://a.org/notes/options', 'https://a.org'],
  ],
  ['https://a.org/api/status', ['https://a.org', 'https://a.org/api/status', 'https://a.org/api']],
])('of %s these paths are tried', (text, addresses) => {
  expect(tried(text).filter((address) => address.startsWith('https'))).toEqual(addresses);
});

test('a path as deep as anything is tried at a few places only, its top among them', () => {
  const paths = tried(`https://a.org${'/x'.repeat(500)}`).filter((address) => address.startsWith('https'));
  expect(paths).toHaveLength(6);
  expect(paths.at(-1)).toBe('https://a.org');
});

test.each([
  '',
  '   ',
  'https://',
  'my server',
  'https://<host>:<port>',
  'a.org:99999',

  'http://.',
  ':8080',
  'a.org:x',
])('"%s" is no address', (text) => {
  expect(serversMeant(text)).toMatchObject({ok: false, error: {type: 'no_address'}});
});

test.each(['ftp://a.org', 'file:///home/ada', 'app.aster://x'])('%s begins with another scheme', (text) => {
  expect(serversMeant(text)).toMatchObject({ok: false, error: {type: 'other_scheme'}});
});

test('only what stays on this machine needs no TLS', () => {
  const hosts = [
    'localhost',
    'aster.localhost',
    '127.0.0.1',
    '[::1]',
    '192.168.1.5',
    'localhost.example.org',
    '127.example.org',
  ];
  expect(hosts.filter(isLoopback)).toEqual(['localhost', 'aster.localhost', '127.0.0.1', '[::1]']);
});
