import {describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import type {EntityRow} from '../sync/ports.ts';
import {entity, tombstone} from '../sync/testing/rows.ts';
import {listedIn, listOf} from './pack-lists.ts';
import {packEntities} from './packs.ts';

describe('the list beside a pack', () => {
  const known = (row: EntityRow): EntityRow => ({
    ...row,
    known: {stamp: row.stamp, hash: row.hash, seq: 1, counted: true},
  });
  const listsOf = (rows: readonly EntityRow[]) => packEntities('note', rows).map(listOf);

  it('has its live rows, in their order, under the same key', () => {
    const rows = [known(entity('note', 'a')), known(tombstone('note', 'b')), known(entity('note', 'c'))];
    const [list] = listsOf(rows);
    expect(list).toMatchObject({kind: 'note', last: 'c'});
    const data = '{"mime":"","title":"Title","type":"text"}';
    const stamp = '000000001-0000-abcdefgh';
    expect(list && listedIn(list)).toEqual([
      {id: 'a', stamp, data},
      {id: 'c', stamp, data},
    ]);
  });

  it('of which nothing is live has no rows', () => {
    const [list] = listsOf([known(tombstone('note', 'b'))]);
    expect(list && listedIn(list)).toEqual([]);
  });

  it('keeps each row apart from the next, whatever is in its data', () => {
    const data = [utf8Bytes('two\nlines'), new Uint8Array([0xff, 0x0a]), utf8Bytes(''), utf8Bytes('{"title":"a\\nb"}')];
    const [list] = listsOf(data.map((bytes, n) => known(entity('note', `n${n}`, {data: bytes}))));
    expect(list && listedIn(list).map((row) => [row.id, row.data])).toEqual([
      ['n0', ''],
      ['n1', ''],
      ['n2', ''],
      ['n3', '{"title":"a\\nb"}'],
    ]);
  });
});
