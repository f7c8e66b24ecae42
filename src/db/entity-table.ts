/**
 * The rows of one kind: each in a record of its own, or packed with its neighbours (packs.ts), what the tree shows of these apart
 * (pack-lists.ts). Who reads doesn't see which; a row of its own hides a packed one. Where rows point (a branch at its note and parent) an index finds those of their own, and
 * a text of all pointers of some thousand packed ones, which is read through: that costs less than an index does.
 */

import type {Table} from 'dexie';
import type {Kind} from '../../protocol/entity.ts';
import type {EntityRow} from '../sync/ports.ts';
import {isListed, type ListedRow, type ListRecord, listedIn, listOf, toListed} from './pack-lists.ts';
import {isPackable, type PackRecord, packEntities, unpackEntities, unpackEntity, withoutEntities} from './packs.ts';
import {
  type EntityRecord,
  entityToRecord,
  type PointerName,
  type PointerRecord,
  pointerRecord,
  recordToEntity,
} from './records.ts';
import {rowsById} from './rows-of-keys.ts';

export type PackKey = [kind: Kind, last: string];

export interface EntityTables {
  readonly own: Table<EntityRecord, string>;
  readonly packs: Table<PackRecord, PackKey>;
  readonly pointers: Table<PointerRecord, PackKey>;
  /** One for each pack of a kind that is listed. */
  readonly lists: Table<ListRecord, PackKey>;
}

export interface EntityTable {
  get(id: string): Promise<EntityRecord | undefined>;
  /** In the order of `ids`. */
  bulkGet(ids: readonly string[]): Promise<(EntityRecord | undefined)[]>;
  /** The live ones of a kind that is listed, in no order. */
  list(): Promise<ListedRow[]>;
  /** The `last` of each pack, in order: what `listPacks` takes. */
  packs(): Promise<string[]>;
  /** What shows of these packs, in no order; one that is gone is passed over. */
  listPacks(lasts: readonly string[]): Promise<ListedRow[]>;
  /** Those that point at one of `values`, in no order. */
  pointingAt(pointer: PointerName, values: readonly (string | number)[]): Promise<EntityRecord[]>;
  /** In their order, after `after` (null: from the first), at most `limit`. */
  ids(after: string | null, limit: number): Promise<string[]>;
  /** Many that replace neighbours of their own are packed. */
  bulkPut(records: readonly EntityRecord[]): Promise<void>;
  /** Of rows that aren't stored. Packs them where no pack lies after the first of them, else each of its own. */
  pack(rows: readonly EntityRow[]): Promise<void>;
  bulkDelete(ids: readonly string[]): Promise<void>;
}

/** Dexie tells who watches the keys of up to 49 rows at once; of more it only says "anything may have changed". */
const TRACKED_ROWS = 49;
/** Beyond this, to know the keys costs who watches more than to look at everything. */
const MAX_TRACKED_ROWS = 500;

/** Fewer rows that are put again stay as they are: an edit would only write them once more. */
const REPACKED_ROWS = 64;

/** Asked for with every save, and there only where somebody has changed them: packs are looked at beside rows of their own, not after. */
const ARE_MOSTLY_ABSENT: ReadonlySet<Kind> = new Set(['option']);

/** About two megabytes. */
const LISTS_AT_ONCE = 128;

export function createEntityTable(kind: Kind, {own, packs, pointers, lists}: EntityTables): EntityTable {
  const packsFrom = (id: string) => packs.where('[kind+last]').between([kind, id], [kind, []]);
  const ofKind = [[kind], [kind, []]] as const;

  async function ownOf(ids: readonly string[]): Promise<Map<string, EntityRecord>> {
    return new Map((await rowsById(own, ids)).map((record) => [record.id, record]));
  }

  /** The packs that have some of these ids, each with those that it has. */
  async function packsOf(ids: readonly string[]): Promise<{pack: PackRecord; held: string[]}[]> {
    const sorted = [...ids].sort();
    const found: {pack: PackRecord; held: string[]}[] = [];
    for (let at = 0; at < sorted.length; ) {
      const pack = await packsFrom(sorted[at] ?? '').first();
      if (pack === undefined) break;
      const beyond = sorted.findIndex((id, index) => index >= at && id > pack.last);
      const end = beyond < 0 ? sorted.length : beyond;
      const inPack = new Set(pack.ids);
      const held = sorted.slice(at, end).filter((id) => inPack.has(id));
      if (held.length > 0) found.push({pack, held});
      at = end;
    }
    return found;
  }

  async function recordsOf(ids: readonly string[]): Promise<Map<string, EntityRecord>> {
    const [byId, atOnce] = await Promise.all([ownOf(ids), ARE_MOSTLY_ABSENT.has(kind) ? packsOf(ids) : null]);
    const others = byId.size === 0 ? ids : ids.filter((id) => !byId.has(id));
    const found = others.length === 0 ? [] : (atOnce ?? (await packsOf(others)));
    const wanted = new Set(others);
    for (const {pack, held} of found) {
      const inPack = new Set(held.filter((id) => wanted.has(id)));
      for (const row of unpackEntities(pack)) if (inPack.has(row.id)) byId.set(row.id, entityToRecord(row));
    }
    return byId;
  }

  /** The next lists are read while those that came are taken apart. */
  async function listAllPacked(): Promise<ListedRow[]> {
    const rows: ListedRow[] = [];
    const listsFrom = (id: string) => lists.where('[kind+last]').between([kind, id], [kind, []]);
    const readFrom = (id: string) => listsFrom(id).limit(LISTS_AT_ONCE).toArray();
    for (let reading: ReturnType<typeof readFrom> | null = readFrom(''); reading !== null; ) {
      const some: ListRecord[] = await reading;
      const last = some.at(-1)?.last;
      reading = last === undefined || some.length < LISTS_AT_ONCE ? null : readFrom(`${last}\0`);
      for (const list of some) for (const row of listedIn(list)) rows.push(row);
    }
    return rows;
  }

  async function packedPointingAt(pointer: PointerName, values: ReadonlySet<string>): Promise<string[]> {
    const records = await pointers
      .where('[kind+last]')
      .between(...ofKind)
      .toArray();
    return records.flatMap((record) => {
      const text = record[pointer];
      if (text === undefined || ![...values].some((value) => text.includes(value))) return [];
      const ids = record.ids.split('\n');
      return text.split('\n').flatMap((value, index) => (values.has(value) ? (ids[index] ?? []) : []));
    });
  }

  /** Whether no row between them is packed, nor where such a one points. */
  async function isFree(first: string, last: string): Promise<boolean> {
    const [next, pointing] = await Promise.all([packsFrom(first).first(), pointers.get([kind, last])]);
    return pointing === undefined && (next === undefined || (next.ids[0] ?? '') > last);
  }

  async function putPacks(sorted: readonly EntityRow[]): Promise<void> {
    const made = packEntities(kind, sorted);
    await packs.bulkPut(made);
    if (isListed(kind)) await lists.bulkPut(made.map(listOf));
    const pointing = pointerRecord(kind, sorted);
    if (pointing !== null) await pointers.put(pointing);
  }

  async function replacePack({last}: PackRecord, kept: PackRecord | null): Promise<void> {
    const key: PackKey = [kind, last];
    await (kept === null ? packs.delete(key) : packs.put(kept));
    if (!isListed(kind)) return;
    await (kept === null ? lists.delete(key) : lists.put(listOf(kept)));
  }

  /** Whether it could be: only in place of neighbours of their own, with no others between them. */
  async function repack(records: readonly EntityRecord[]): Promise<boolean> {
    if (records.length < REPACKED_ROWS || !records.every(isPackable)) return false;
    const rows = records.map(recordToEntity).sort(byId);
    const [first, last] = [rows[0]?.id ?? '', rows.at(-1)?.id ?? ''];
    const replaced = own.where(':id').between(first, last, true, true);
    const [found, free] = await Promise.all([
      replaced
        .clone()
        .limit(rows.length + 1)
        .primaryKeys(),
      isFree(first, last),
    ]);
    if (!free || found.length !== rows.length || !rows.every(({id}, n) => id === found[n])) return false;
    await replaced.delete();
    await putPacks(rows);
    return true;
  }

  return {
    async get(id) {
      const record = await own.get(id);
      if (record !== undefined) return record;
      const pack = await packsFrom(id).first();
      const row = pack && unpackEntity(pack, id);
      return row && entityToRecord(row);
    },
    async bulkGet(ids) {
      const byId = await recordsOf(ids);
      return ids.map((id) => byId.get(id));
    },
    async list() {
      const [records, packed] = await Promise.all([own.toArray(), listAllPacked()]);
      const hidden = new Set(records.map(({id}) => id));
      const rows = records.flatMap((record) => toListed(record) ?? []);
      return rows.concat(hidden.size === 0 ? packed : packed.filter(({id}) => !hidden.has(id)));
    },
    async packs() {
      const keys = await packs
        .where('[kind+last]')
        .between(...ofKind)
        .primaryKeys();
      return keys.map(([, last]) => last);
    },
    async listPacks(lasts) {
      if (lasts.length === 0) return [];
      const [found, ownIds] = await Promise.all([
        lists.bulkGet(lasts.map((last): PackKey => [kind, last])),
        own.toCollection().primaryKeys(),
      ]);
      const hidden = new Set(ownIds);
      const rows = found.flatMap((list) => (list === undefined ? [] : listedIn(list)));
      return hidden.size === 0 ? rows : rows.filter(({id}) => !hidden.has(id));
    },
    async pointingAt(pointer, values) {
      const wanted = new Set(values.map(String));
      const [records, packed] = await Promise.all([
        own
          .where(pointer)
          .anyOf([...values])
          .toArray(),
        packedPointingAt(pointer, wanted),
      ]);
      if (packed.length === 0) return records;
      const found = new Set(records.map(({id}) => id));
      const others = await recordsOf(packed.filter((id) => !found.has(id)));
      return [...records, ...[...others.values()].filter((record) => wanted.has(String(record[pointer])))];
    },
    async ids(after, limit) {
      const ownIds = await own
        .where(':id')
        .above(after ?? '')
        .limit(limit)
        .primaryKeys();
      const packedIds: string[] = [];
      for (let from = after ?? ''; packedIds.length < limit; ) {
        const pack = await packsFrom(from).first();
        if (pack === undefined) break;
        packedIds.push(...pack.ids.filter((id) => after === null || id > after));
        from = `${pack.last}\0`;
      }
      if (packedIds.length === 0) return ownIds;
      return [...new Set([...ownIds, ...packedIds])].sort().slice(0, limit);
    },
    async bulkPut(records) {
      if (await repack(records)) return;
      const size = records.length <= MAX_TRACKED_ROWS ? TRACKED_ROWS : records.length;
      await Promise.all(chunks(records, size).map((chunk) => own.bulkPut(chunk)));
    },
    async pack(rows) {
      const packable = rows.filter(isPackable).sort(byId);
      const first = packable[0]?.id;
      const overlaps = first !== undefined && (await packsFrom(first).first()) !== undefined;
      const alone = overlaps ? rows : rows.filter((row) => !isPackable(row));
      if (alone.length > 0) await this.bulkPut(alone.map(entityToRecord));
      if (overlaps || first === undefined) return;
      await putPacks(packable);
    },
    async bulkDelete(ids) {
      await own.bulkDelete([...ids]);
      for (const {pack, held} of await packsOf(ids)) {
        await replacePack(pack, withoutEntities(pack, new Set(held)));
      }
    },
  };
}

function byId(a: EntityRow, b: EntityRow): number {
  return a.id < b.id ? -1 : 1;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({length: Math.ceil(items.length / size)}, (_, n) => items.slice(n * size, (n + 1) * size));
}
