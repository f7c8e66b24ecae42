/**
 * What waits: a record each; and one record that says of many at once that they left in a request, as a first upload would
 * otherwise write each of its rows once more only for that (ADR 30). Who reads sees rows.
 *
 * 1. What the one record says of a row holds until the row is written or deleted; both happen in one transaction.
 * 2. It says nothing that an index needs: how many wait, and in which order, is known without it.
 * Made for one transaction: what it has read of that record, nobody else changes meanwhile.
 */

import type {Table} from 'dexie';
import {type Ref, refKey} from '../../protocol/entity.ts';
import type {OutboxRow} from '../sync/ports.ts';
import {type OutboxRecord, outboxToRecord, recordToOutbox, type SentMark, type SentRecord} from './records.ts';
import {deleteByRef, keyOf, type RefKey, rowsByRef} from './rows-of-keys.ts';

export interface OutboxTables {
  readonly own: Table<OutboxRecord, RefKey>;
  readonly sent: Table<SentRecord, string>;
}

/** `held`: 1 for those that are parked, 0 for the others. */
export interface OutboxTable {
  count(): Promise<number>;
  countParked(): Promise<number>;
  /** Undefined where nothing waits. */
  heldOf(ref: Ref): Promise<0 | 1 | undefined>;
  /** In the order of `refs`. */
  bulkGet(refs: readonly Ref[]): Promise<(OutboxRow | undefined)[]>;
  /** The longest waiting first. */
  oldest(held: 0 | 1, limit: number): Promise<OutboxRow[]>;
  /** In the same order. */
  keys(held: 0 | 1): Promise<RefKey[]>;
  /** Those that aren't parked, by kind and id, after `after` (null: from the first). */
  byRef(limit: number, after: Ref | null): Promise<OutboxRow[]>;
  bulkPut(rows: readonly OutboxRow[]): Promise<void>;
  /** Of rows that are stored, and of which nothing but `stamp`, `sent` and `tries` changed. */
  markSent(rows: readonly OutboxRow[]): Promise<void>;
  bulkDelete(refs: readonly Ref[]): Promise<void>;
}

/** Fewer are written each: whoever reads the outbox reads that one record too. */
const MARKED_AT_ONCE = 32;
/** Some hundred kilobytes. What would be more than that is written in its rows. */
const MAX_MARKS = 4_000;
/** IndexedDB counts in 32 bits. */
const MAX_LIMIT = 2 ** 32 - 1;
const KEY = 'sent';

export function createOutboxTable({own, sent}: OutboxTables): OutboxTable {
  const ranked = (held: 0 | 1) => own.where('[held+queuedMs]').between([held], [held, []]);
  let reading: Promise<Map<string, SentMark>> | null = null;

  function marks(): Promise<Map<string, SentMark>> {
    reading ??= readMarks(sent);
    return reading;
  }

  /** Rows that are read together with what is said of them. */
  async function toRows(records: PromiseLike<OutboxRecord[]>): Promise<OutboxRow[]> {
    const [found, marked] = await Promise.all([records, marks()]);
    return found.map((record) => withMark(recordToOutbox(record), marked.get(refKey(record))));
  }

  async function putMarks(marked: ReadonlyMap<string, SentMark>): Promise<void> {
    if (marked.size === 0) await sent.delete(KEY);
    else await sent.put({key: KEY, marks: JSON.stringify([...marked])});
  }

  async function forget(refs: readonly Ref[]): Promise<void> {
    const marked = await marks();
    if (marked.size === 0) return;
    const before = marked.size;
    for (const ref of refs) marked.delete(refKey(ref));
    if (marked.size < before) await putMarks(marked);
  }

  return {
    count: async () => own.count(),
    countParked: async () => ranked(1).count(),
    heldOf: async (ref) => (await own.get(keyOf(ref)))?.held,
    async bulkGet(refs) {
      const rows = await toRows(rowsByRef(own, refs));
      const byKey = new Map(rows.map((row) => [refKey(row), row]));
      return refs.map((ref) => byKey.get(refKey(ref)));
    },
    oldest: (held, limit) => toRows(ranked(held).limit(Math.min(limit, MAX_LIMIT)).toArray()),
    keys: async (held) => ranked(held).primaryKeys(),
    async byRef(limit, after) {
      const parked = await ranked(1).count();
      const all = after === null ? own.toCollection() : own.where('[kind+id]').above(keyOf(after));
      const rows = await toRows(all.limit(Math.min(limit + parked, MAX_LIMIT)).toArray());
      return rows.filter((row) => row.parked === null).slice(0, limit);
    },
    async bulkPut(rows) {
      await Promise.all([own.bulkPut(rows.map(outboxToRecord)), forget(rows)]);
    },
    async markSent(rows) {
      const marked = await marks();
      if (rows.length < MARKED_AT_ONCE || marked.size + rows.length > MAX_MARKS) return this.bulkPut(rows);
      for (const row of rows) marked.set(refKey(row), [row.stamp, row.sent, row.tries]);
      await putMarks(marked);
    },
    async bulkDelete(refs) {
      await Promise.all([deleteByRef(own, refs), forget(refs)]);
    },
  };
}

async function readMarks(sent: Table<SentRecord, string>): Promise<Map<string, SentMark>> {
  const record = await sent.get(KEY);
  return new Map(record === undefined ? [] : parseMarks(record.marks));
}

/**
 * What a disk has damaged says nothing: its rows leave once more. At worst one of them meets itself as a conflict; else no row that
 * waits could be read, and nothing be saved.
 */
function parseMarks(text: string): [string, SentMark][] {
  try {
    return JSON.parse(text) as [string, SentMark][];
  } catch {
    return [];
  }
}

function withMark(row: OutboxRow, mark: SentMark | undefined): OutboxRow {
  if (mark === undefined) return row;
  const [stamp, sent, tries] = mark;
  return {...row, stamp, sent, tries};
}
