/** The bodies of notes and revisions, each in a record of its own or packed with its neighbours, as entity-table.ts has their heads. */

import type {Table} from 'dexie';
import type {Ref} from '../../protocol/entity.ts';
import type {BodyRow} from '../sync/ports.ts';
import type {PackKey} from './entity-table.ts';
import {type BodyPackRecord, packBodies, unpackBody, withoutBodies} from './packs.ts';
import {type BodyRecord, bodyToRecord} from './records.ts';
import {compareKeys, keyOf, type RefKey, rowsByRef} from './rows-of-keys.ts';

export interface BodyTables {
  readonly own: Table<BodyRecord, RefKey>;
  readonly packs: Table<BodyPackRecord, PackKey>;
}

export interface BodyTable {
  get(ref: Ref): Promise<BodyRow | undefined>;
  /** In the order of `refs`. */
  bulkGet(refs: readonly Ref[]): Promise<(BodyRow | undefined)[]>;
  bulkPut(rows: readonly BodyRow[]): Promise<void>;
  /** Of bodies that aren't stored. Packs them where they come by id and after all packed before, else each of its own. */
  pack(rows: readonly BodyRow[]): Promise<void>;
  bulkDelete(refs: readonly Ref[]): Promise<void>;
}

export function createBodyTable({own, packs}: BodyTables): BodyTable {
  const packsFrom = ({kind, id}: Ref) => packs.where('[kind+last]').between([kind, id], [kind, []]);

  async function ownOf(refs: readonly Ref[]): Promise<Map<string, BodyRow>> {
    return new Map((await rowsByRef(own, refs)).map((row) => [textOf(row), row]));
  }

  /** The packs that have some of these, each with those that it has. */
  async function packsOf(refs: readonly Ref[]): Promise<{pack: BodyPackRecord; held: string[]}[]> {
    const sorted = [...refs].sort((a, b) => compareKeys(keyOf(a), keyOf(b)));
    const found: {pack: BodyPackRecord; held: string[]}[] = [];
    for (let at = 0; at < sorted.length; ) {
      const ref = sorted[at] as Ref;
      const pack = await packsFrom(ref).first();
      const beyond = sorted.findIndex(
        ({kind, id}, index) => index > at && (kind !== ref.kind || (pack !== undefined && id > pack.last)),
      );
      const end = beyond < 0 ? sorted.length : beyond;
      if (pack !== undefined) {
        const inPack = new Set(pack.ids);
        const held = sorted.slice(at, end).flatMap(({id}) => (inPack.has(id) ? [id] : []));
        if (held.length > 0) found.push({pack, held});
      }
      at = end;
    }
    return found;
  }

  return {
    async get(ref) {
      const row = await own.get(keyOf(ref));
      if (row !== undefined) return row;
      const pack = await packsFrom(ref).first();
      return pack && unpackBody(pack, ref.id);
    },
    async bulkGet(refs) {
      const byText = await ownOf(refs);
      const others = byText.size === 0 ? refs : refs.filter((ref) => !byText.has(textOf(ref)));
      for (const {pack, held} of others.length === 0 ? [] : await packsOf(others)) {
        for (const id of held) {
          const row = unpackBody(pack, id);
          if (row !== undefined) byText.set(textOf(row), row);
        }
      }
      return refs.map((ref) => byText.get(textOf(ref)));
    },
    async bulkPut(rows) {
      await own.bulkPut(rows.map(bodyToRecord));
    },
    async pack(rows) {
      for (const [kind, ofKind] of Map.groupBy(rows, (row) => row.kind)) {
        const sorted = [...ofKind].sort((a, b) => (a.id < b.id ? -1 : 1));
        const [first] = sorted;
        if (first === undefined) continue;
        const overlaps = (await packsFrom(first).first()) !== undefined;
        if (overlaps) await this.bulkPut(sorted);
        else await packs.bulkPut(packBodies(kind, sorted));
      }
    },
    async bulkDelete(refs) {
      await own.bulkDelete(refs.map(keyOf));
      for (const {pack, held} of await packsOf(refs)) {
        const kept = withoutBodies(pack, new Set(held));
        if (kept === null) await packs.delete([pack.kind, pack.last]);
        else await packs.put(kept);
      }
    },
  };
}

function textOf({kind, id}: Ref): string {
  return `${kind}:${id}`;
}
