import {describe, expect, it} from 'vitest';
import {
  type ErrorType,
  LOCAL_ERROR_TYPES,
  REJECTION_TYPES,
  type SyncError,
  WIRE_ERROR_TYPES,
} from '../../protocol/errors.ts';
import {errorWords} from './words.ts';

const ALL: readonly ErrorType[] = [...WIRE_ERROR_TYPES, ...REJECTION_TYPES, ...LOCAL_ERROR_TYPES];

function wordsOf(type: ErrorType, more: Partial<SyncError> = {}): string {
  const {what, meaning, cure} = errorWords({type, message: 'internal detail', ...more});
  return `${what} ${meaning} ${cure}`;
}

describe('words for errors', () => {
  it.each(ALL)('say what happened, what it means and what to do: %s', (type) => {
    const {what, meaning, cure} = errorWords({type, message: ''});
    for (const sentence of [what, meaning, cure]) expect(sentence).toMatch(/^\p{Lu}.*\.$/u);
  });

  it.each(ALL)('neither exclaim, nor show codes or messages meant for logs: %s', (type) => {
    expect(wordsOf(type)).not.toMatch(/!|_|undefined|null|NaN|internal detail/);
  });

  it('never tell whether the username or the password was wrong', () => {
    expect(errorWords({type: 'wrong_credentials', message: ''}).what).toBe('Wrong username or password.');
  });

  it('say by how much the clock differs and which way', () => {
    expect(wordsOf('clock_skew', {offsetMs: 363_000})).toContain('this device is 6 minutes 3 seconds behind');
    expect(wordsOf('clock_skew', {offsetMs: -363_000})).toContain('this device is 6 minutes 3 seconds ahead');
  });

  it('say how long to wait', () => {
    expect(wordsOf('too_many_tries', {retryAfterMs: 90_000})).toContain('Wait 1 minute 30 seconds');
    expect(wordsOf('busy', {retryAfterMs: 20})).toContain('in 1 second.');
    expect(wordsOf('busy')).toContain('in a moment.');
  });

  it('name the side that is too old', () => {
    expect(errorWords({type: 'upgrade_needed', message: '', side: 'server'}).what).toContain('The server is too old');
    expect(errorWords({type: 'upgrade_needed', message: '', side: 'app'}).what).toContain('This app is too old');
  });
});
