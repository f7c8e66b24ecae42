import {resolve} from 'node:path';
import {fastify} from 'fastify';
import {describe, expect, it} from 'vitest';
import {OptionsError, readOptions} from './options.ts';

describe('options', () => {
  it('have defaults for everything', () => {
    expect(readOptions({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      basePath: '/',
      dataDir: resolve('data'),
      setupCode: undefined,
      allowedOrigins: [],
      trustProxy: false,
    });
  });

  it('take an empty value for none', () => {
    expect(readOptions({PORT: '', HOST: ' ', ASTER_BASE_PATH: '', ASTER_DATABASE_URL: ''})).toEqual(readOptions({}));
  });

  it.each([
    ['/', '/'],
    ['notes', '/notes/'],
    ['/notes', '/notes/'],
    ['/a/b/', '/a/b/'],
    ['//a//b', '/a/b/'],
  ])('the base path %s is %s', (text, basePath) => {
    expect(readOptions({ASTER_BASE_PATH: text}).basePath).toBe(basePath);
  });

  it('read the rest', () => {
    const env = {
      PORT: '0',
      HOST: '::',
      ASTER_DATA_DIR: '/var/lib/aster',
      ASTER_SETUP_CODE: 'a code of mine',
      ASTER_ALLOWED_ORIGINS: 'https://a.example, http://localhost:5173',
      ASTER_TRUST_PROXY: 'loopback, 10.0.0.0/8',
    };
    expect(readOptions(env)).toEqual({
      host: '::',
      port: 0,
      basePath: '/',
      dataDir: '/var/lib/aster',
      setupCode: 'a code of mine',
      allowedOrigins: ['https://a.example', 'http://localhost:5173'],
      trustProxy: 'loopback, 10.0.0.0/8',
    });
    expect(readOptions({ASTER_TRUST_PROXY: '2'}).trustProxy).toBe(2);
    expect(readOptions({ASTER_TRUST_PROXY: 'true'}).trustProxy).toBe(1);
  });

  it.each([
    'loopback',
    'linklocal, uniquelocal',
    '10.0.0.1,10.0.0.0/8',
    '10.0.0.0/0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0.300',
    '10.0.0.1/',
    '10.0.0.1,',
    '::1',
    'fd00::/8',
    'fd00::/129',
    '::ffff:10.0.0.0/104',
    ':::1',
    'proxy.example',
    'Loopback',
  ])('the proxies %s are taken where Fastify takes them, and only there', (text) => {
    const refused = (start: () => unknown) => {
      try {
        start();
        return false;
      } catch {
        return true;
      }
    };
    const byFastify = refused(() => fastify({trustProxy: text}));
    expect(refused(() => readOptions({ASTER_TRUST_PROXY: text}))).toBe(byFastify);
  });

  it.each([
    ['PORT', 'abc', 'number'],
    ['PORT', '65536', 'number'],
    ['PORT', '-1', 'number'],
    ['PORT', '1e3', 'number'],
    ['ASTER_BASE_PATH', '/a b/', 'like /notes/'],
    ['ASTER_BASE_PATH', '/../etc', 'like /notes/'],
    ['ASTER_BASE_PATH', '/"><script>', 'like /notes/'],
    ['ASTER_SETUP_CODE', 'short', 'characters'],
    ['ASTER_ALLOWED_ORIGINS', '*', 'like https://'],
    ['ASTER_ALLOWED_ORIGINS', 'https://a.example/path', 'like https://'],
    ['ASTER_TRUST_PROXY', 'maybe', 'true, false'],
    ['ASTER_TRUST_PROXY', '10.0.0.0/99', '10.0.0.0/8'],
    ['ASTER_TRUST_PROXY', 'loopback, 10.0.0.300', '"10.0.0.300" is not understood'],
    ['ASTER_TLS_CERT', '/cert.pem', 'not supported yet'],
    ['ASTER_TLS_KEY', '/key.pem', 'not supported yet'],
    ['ASTER_DATABASE_URL', 'postgres://x', 'not supported yet'],
  ])('%s=%s is refused with what to do', (variable, value, cure) => {
    const read = () => readOptions({[variable]: value});
    expect(read).toThrow(OptionsError);
    expect(read).toThrow(variable);
    expect(read).toThrow(cure);
  });
});
