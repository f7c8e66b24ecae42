import {expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {hashOf} from '../../protocol/hash.ts';
import {createHashAll} from './hash-all.ts';

const PARTS = ['', 'a', 'x'.repeat(255), 'x'.repeat(256), 'ü'.repeat(10_000)].map(utf8Bytes);

it('gives the hashes that ours gives, in the order of the parts', async () => {
  expect(await createHashAll()(PARTS)).toEqual(PARTS.map(hashOf));
});

it('so too where the platform has none, as on plain http', async () => {
  expect(await createHashAll(null)(PARTS)).toEqual(PARTS.map(hashOf));
});

it('fails as a whole where the platform fails', async () => {
  const subtle = {digest: () => Promise.reject(new DOMException('no', 'OperationError'))} as unknown as SubtleCrypto;
  await expect(createHashAll(subtle)(PARTS)).rejects.toThrow('no');
});
