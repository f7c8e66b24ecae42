/** A Writer that keeps what is created in a map; what else a writer does isn't needed by importers. */

import {type Bytes, utf8Text} from '../../../protocol/bytes.ts';
import {NO_BYTES, refKey} from '../../../protocol/entity.ts';
import type {Change, Writer, Written} from '../../sync/changes.ts';

export interface Kept {
  readonly kind: string;
  readonly id: string;
  readonly data: Bytes;
  readonly body: Bytes;
}

export interface MemoryWriter extends Writer {
  readonly kept: Map<string, Kept>;
  readonly batchSizes: number[];
  /** The data of what was kept, of one kind, with its id. */
  all<T>(kind: string): (T & {readonly id: string})[];
  text(noteId: string): string;
}

/** `beforeWrite` may throw, for a device that can't store any more. */
export function createMemoryWriter(beforeWrite: (batch: number) => void = () => undefined): MemoryWriter {
  const kept = new Map<string, Kept>();
  const batchSizes: number[] = [];
  const create = (change: Change): Written => {
    if (change.type !== 'create') throw new Error(`importers only create, not ${change.type}`);
    const {kind, id, data, body = NO_BYTES} = change;
    if (kept.has(refKey(change))) return {kind, id, outcome: 'exists', loaded: null};
    kept.set(refKey(change), {kind, id, data, body});
    return {kind, id, outcome: 'written', loaded: null};
  };
  return {
    kept,
    batchSizes,
    newId: () => {
      throw new Error('importers derive their ids');
    },
    write: async (changes) => {
      beforeWrite(batchSizes.length);
      batchSizes.push(changes.length);
      return changes.map(create);
    },
    all: <T>(kind: string) =>
      [...kept.values()]
        .filter((row) => row.kind === kind)
        .map((row): T & {readonly id: string} => ({...JSON.parse(utf8Text(row.data) ?? ''), id: row.id})),
    text: (noteId) => utf8Text(kept.get(refKey({kind: 'note', id: noteId}))?.body ?? NO_BYTES) ?? '',
  };
}
