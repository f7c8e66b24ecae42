import {expect, test, vi} from 'vitest';
import {SyncFailure} from '../../protocol/errors.ts';
import {NotebookError} from '../db/notebook-error.ts';
import {toldError} from './told-error.ts';
import {errorWords} from './words.ts';

test('what the device can’t do is told as what it is', () => {
  const error = {type: 'storage_full', message: 'no room'} as const;
  expect(toldError(new SyncFailure(error))).toEqual(error);
});

test.each([
  'missing',
  'body_missing',
  'below_itself',
] as const)('what the notebook refuses has words of its own: %s', (type) => {
  const told = toldError(new NotebookError(type, 'internal detail'));
  expect(told.type).toBe(type);
  const {what, meaning, cure} = errorWords(told);
  for (const sentence of [what, meaning, cure]) expect(sentence).toMatch(/^\p{Lu}[^_]*\.$/u);
  expect(`${what} ${meaning} ${cure}`).not.toContain('internal detail');
});

test('anything else is a bug, which the browser hears of too', () => {
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  const bug = new TypeError('x is undefined');
  expect(toldError(bug).type).toBe('internal_error');
  expect(reported).toHaveBeenCalledWith(bug);
  vi.unstubAllGlobals();
});
