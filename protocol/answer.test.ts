import {describe, expect, test} from 'vitest';
import {type HttpAnswer, readAnswer} from './answer.ts';
import {WIRE_ERROR_TYPES} from './errors.ts';

const STATUS = {app: 'aster', version: '0.1.0', initialized: true, protocol: {min: 1, max: 1}, timeMs: 5};
const LOGIN_FORM = '<!doctype html><form><input type="password"></form>';

function json(status: number, value: unknown, contentType = 'application/json; charset=utf-8'): HttpAnswer {
  return {status, contentType, text: JSON.stringify(value)};
}

function html(status: number, text: string): HttpAnswer {
  return {status, contentType: 'text/html', text};
}

function typeOf(http: HttpAnswer): string {
  const answer = readAnswer('status', http);
  return answer.ok ? 'ok' : answer.error.type;
}

describe('an answer of Aster’s', () => {
  test('is the content that the call’s schema describes, without members of a newer server', () => {
    expect(readAnswer('status', json(200, {...STATUS, newer: 1}))).toEqual({ok: true, value: STATUS});
  });

  test.each([
    'application/json',
    'application/json;charset=utf-8',
    'application/problem+json',
    ' Application/JSON',
  ])('may come as %s', (contentType) => {
    expect(typeOf(json(200, STATUS, contentType))).toBe('ok');
  });

  test.each(WIRE_ERROR_TYPES)('%s is that error, with the status it came with', (type) => {
    const answer = readAnswer('hello', json(400, {error: {type, message: 'why', retryAfterMs: 7, side: 'app'}}));
    expect(answer).toEqual({ok: false, error: {type, message: 'why', retryAfterMs: 7, side: 'app', status: 400}});
  });

  test('that is an error stays one whatever the status', () => {
    expect(typeOf(json(200, {error: {type: 'signed_out', message: ''}}))).toBe('signed_out');
    expect(typeOf(json(503, {error: {type: 'other_history', message: ''}}))).toBe('other_history');
  });
});

describe('JSON of somebody else', () => {
  test.each([
    ['another API', json(200, {hello: 'world'})],
    ['an answer to another call', json(200, {token: 'x'})],
    ['another error', json(404, {message: 'Not Found'})],
    ['an error that Aster does not know', json(400, {error: {type: 'teapot', message: ''}})],
    ['an array', json(200, [])],
    ['nothing', json(200, null)],
  ])('is not Aster’s: %s', (_, http) => {
    expect(typeOf(http)).toBe('not_aster');
  });

  test('with a redirect’s status is not Aster’s, even if it looks like an answer', () => {
    expect(typeOf(json(302, STATUS))).toBe('not_aster');
  });

  test('that is cut off is not Aster’s', () => {
    expect(typeOf({...json(200, STATUS), text: '{"app":"aster"'})).toBe('not_aster');
  });
});

describe('what stands between', () => {
  test.each([
    [413, 'too_large'],
    [429, 'busy'],
    [500, 'server_error'],
    [502, 'unreachable'],
    [503, 'busy'],
    [504, 'unreachable'],
    [520, 'server_error'],
  ])('status %i is %s, as a page or as JSON', (status, type) => {
    expect(typeOf(html(status, '<html><h1>nginx</h1></html>'))).toBe(type);
    expect(typeOf(json(status, {message: 'gateway'}))).toBe(type);
    expect(typeOf({status, contentType: '', text: ''})).toBe(type);
    expect(readAnswer('status', html(status, ''))).toMatchObject({error: {status}});
  });

  test('even with a page that asks to sign in, a gateway’s error is not a login page', () => {
    expect(typeOf(html(502, LOGIN_FORM))).toBe('unreachable');
  });

  test.each([429, 503])('status %i says when to come back', (status) => {
    const answer = readAnswer('push', {...html(status, 'busy'), retryAfterMs: 3000});
    expect(answer).toMatchObject({ok: false, error: {type: 'busy', retryAfterMs: 3000}});
  });
});

describe('a login page', () => {
  test.each([
    ['with a password field', html(200, LOGIN_FORM)],
    ['that asks to sign in', html(200, '<html><a href="/start">Please sign in</a></html>')],
    ['that asks to log in', html(200, '<html>Log in to WLAN</html>')],
    ['that is a fragment', html(200, '<p>Sign in')],
    ['that refuses', html(401, '<html></html>')],
    ['that forbids', html(403, '<html></html>')],
    ['without a content type', {status: 200, contentType: '', text: `\n ${LOGIN_FORM}`}],
  ])('%s is told from Aster', (_, http) => {
    expect(typeOf(http)).toBe('login_page');
  });

  test.each([
    ['another web server’s page', html(200, '<html>It works! Blogging and logins.</html>')],
    ['a page not found', html(404, '<html>404</html>')],
    ['text about passwords', {status: 200, contentType: 'text/plain', text: 'type="password" sign in'}],
    ['an empty answer', {status: 200, contentType: '', text: ''}],
    ['no content', {status: 204, contentType: 'application/json', text: ''}],
    ['a picture', {status: 200, contentType: 'image/png', text: '\ufffdPNG'}],
  ])('%s is not one, and not Aster', (_, http) => {
    expect(typeOf(http)).toBe('not_aster');
  });
});
