import {expect, it} from 'vitest';
import {readSetupCode} from './setup-code.ts';

it('the setup code is read from the fragment of the printed link', () => {
  expect(readSetupCode('#code=abcd-efgh')).toBe('abcd-efgh');
  expect(readSetupCode('#code=a%2Bb')).toBe('a+b');
});

it('other fragments hold no setup code', () => {
  for (const hash of ['', '#', '#code=', '#part-2', '#xcode=1']) expect(readSetupCode(hash)).toBeNull();
});
