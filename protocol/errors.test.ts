import {expect, test} from 'vitest';
import {failed, LOCAL_ERROR_TYPES, ok, REJECTION_TYPES, SyncFailure, WIRE_ERROR_TYPES} from './errors.ts';

test('every code stands for one thing', () => {
  const all = [...WIRE_ERROR_TYPES, ...REJECTION_TYPES, ...LOCAL_ERROR_TYPES];
  expect(new Set(all).size).toBe(all.length);
});

test('a result is a value or an error', () => {
  expect(ok(1)).toEqual({ok: true, value: 1});
  expect(failed({type: 'busy', message: 'later'})).toEqual({ok: false, error: {type: 'busy', message: 'later'}});
});

test('a failure carries its error and what caused it through a throw', () => {
  const cause = new Error('QuotaExceededError');
  const failure = new SyncFailure({type: 'storage_full', message: 'no room'}, {cause});
  expect(failure).toBeInstanceOf(Error);
  expect(failure).toMatchObject({name: 'SyncFailure', message: 'storage_full: no room', cause});
  expect(failure.error).toEqual({type: 'storage_full', message: 'no room'});
});
