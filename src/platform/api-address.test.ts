import {describe, expect, it} from 'vitest';
import {apiAddress} from './api-address.ts';

describe('the address of a call', () => {
  it.each([
    ['https://host', 'https://host/api/status'],
    ['https://host/', 'https://host/api/status'],
    ['https://host:8443/notes', 'https://host:8443/notes/api/status'],
    ['https://host/notes//', 'https://host/notes/api/status'],
    ['  http://127.0.0.1:8080/a/b/  ', 'http://127.0.0.1:8080/a/b/api/status'],
    ['https://host/notes?x=1#code=2', 'https://host/notes/api/status'],
    ['HTTPS://HOST', 'https://host/api/status'],
    ['http://[::1]:8080', 'http://[::1]:8080/api/status'],
  ])('%s is %s', (address, expected) => {
    expect(apiAddress(address, 'status')).toEqual({ok: true, value: expected});
  });

  it.each([
    '',
    'host',
    'host:8080',
    'ftp://host',
    'javascript:alert(1)',
    'https://',
    'https://me:secret@host',
    'https://a b',
  ])('says what is wrong with "%s"', (address) => {
    const result = apiAddress(address, 'status');
    expect(result).toMatchObject({ok: false, error: {type: 'not_aster'}});
    expect(!result.ok && result.error.message).toMatch(/^the server address /);
  });
});
