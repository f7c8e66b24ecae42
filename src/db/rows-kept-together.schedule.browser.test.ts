/**
 * Random changes of the outbox and of heads, few and many at once, as pushes, edits and acknowledgements make them: however
 * IndexedDB keeps the rows (packs, one record for what left in a request), it tells the same as the store in memory.
 */

import Dexie from 'dexie';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createMemoryStore} from '../sync/memory-store.ts';
import type {EntityRow, StoreTx} from '../sync/ports.ts';
import {entity, outboxRow} from '../sync/testing/rows.ts';
import {createDexieStore} from './dexie-store.ts';
import {createDatabase} from './schema.ts';

const IDS = Array.from({length: 240}, (_, n) => `note${String(n).padStart(3, '0')}`);

/** Of `every` ids one, between two of them: few places, so that changes meet. */
const some = fc.record({
  from: fc.constantFrom(0, 0, 60, 120),
  to: fc.constantFrom(80, 140, 240),
  every: fc.constantFrom(1, 1, 1, 2, 40),
});
const change = fc.record({
  type: fc.constantFrom('queue', 'leave', 'leave', 'answered', 'edit', 'acknowledge', 'acknowledge', 'delete'),
  some,
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

it('no order of changes tells the two stores apart', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, {minLength: 1, maxLength: 3}), {minLength: 3, maxLength: 12}),
      async (steps) => {
        const name = `kept-${Date.now()}-${Math.random()}`;
        const database = createDatabase({name});
        const stores = [createDexieStore(database), createMemoryStore()];
        let counter = 0;
        try {
          for (const changes of steps) {
            counter += 1;
            const seen = [];
            for (const store of stores) {
              await store.transaction('write', async (tx) => {
                for (const one of changes) await apply(tx, one, counter);
              });
              seen.push(await store.transaction('read', everything));
            }
            expect(seen[0]).toStrictEqual(seen[1]);
          }
        } finally {
          database.close();
          await Dexie.delete(name);
        }
      },
    ),
    {numRuns: 25},
  );
});

async function apply(tx: StoreTx, {type, some: {from, to, every}}: Change, counter: number): Promise<void> {
  const ids = IDS.slice(from, to).filter((_, n) => n % every === 0);
  const refs = ids.map((id) => ({kind: 'note', id}) as const);
  const stamp = `00000000${counter % 10}-0000-abcdefgh`;
  const rows = (await tx.entities(refs)).filter((row) => row !== undefined);
  const waiting = (await tx.outbox(refs)).filter((row) => row !== undefined);
  switch (type) {
    case 'queue':
      return tx.putOutbox(ids.map((id, n) => outboxRow(id, counter * 1000 + n)));
    case 'leave':
      return tx.markSent(waiting.map((row) => ({...row, stamp, sent: [...row.sent, stamp], tries: row.tries + 1})));
    case 'answered':
      return tx.deleteOutbox(refs);
    case 'edit':
      return tx.putEntities(ids.map((id) => entity('note', id, {known: null, revisedMs: counter})));
    case 'acknowledge':
      return tx.putEntities(rows.map((row) => acknowledged(row, counter)));
    case 'delete':
      return tx.deleteEntities(refs);
  }
}

function acknowledged(row: EntityRow, seq: number): EntityRow {
  return {...row, known: {stamp: row.stamp, hash: row.hash, seq, counted: true}, ownSent: row.stamp};
}

async function everything(tx: StoreTx) {
  const refs = IDS.map((id) => ({kind: 'note', id}) as const);
  return {
    ids: await tx.ids('note', null, 999),
    entities: await tx.entities(refs),
    one: await tx.entities([{kind: 'note', id: 'note100'}]),
    outbox: await tx.outbox(refs),
    oldest: await tx.outboxHead(100),
    byRef: await tx.outboxByRef(100, {kind: 'note', id: 'note050'}),
  };
}
