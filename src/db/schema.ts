/**
 * The database of one replica. A change of `STORES` is a new version with its migration; tables and indexes are few, as
 * each index costs a tenth of every write. Writes are on disk when their transaction resolves (`strict`): the stamps of a
 * push must survive a power cut that happens after the request left.
 *
 * Another tab or worker that upgrades or deletes the database ends this one's use of it for good: nothing is written into
 * a shape that this code doesn't know.
 */

import Dexie, {type Collection, type Table} from 'dexie';
import {isOpenConflict, type Kind} from '../../protocol/entity.ts';
import type {SyncError, SyncFailure} from '../../protocol/errors.ts';
import {type BodyTable, createBodyTable} from './body-table.ts';
import {createEntityTable, type EntityTable, type PackKey} from './entity-table.ts';
import {type Guard, guardFactory} from './guarded-factory.ts';
import {createOutboxTable, type OutboxTable} from './outbox-table.ts';
import {isListed, type ListRecord, listOf} from './pack-lists.ts';
import type {PackRecord} from './packs.ts';
import type {AsideRecord, EntityRecord, ShelfRecord, StateRecord} from './records.ts';
import type {RefKey} from './rows-of-keys.ts';
import {blocked, outdated, removed} from './storage-errors.ts';

export const SCHEMA_VERSION = 5;
/** IndexedDB's number: Dexie's times ten. */
const NATIVE_VERSION = SCHEMA_VERSION * 10;

const STORES = {
  notes: 'id',
  branches: 'id, parent, note',
  attributes: 'id, note',
  attachments: 'id, note',
  revisions: 'id, of, open',
  options: 'id',
  bodies: '[kind+id]',
  packs: '[kind+last]',
  packPointers: '[kind+last]',
  packLists: '[kind+last]',
  bodyPacks: '[kind+last]',
  outbox: '[kind+id], [held+queuedMs]',
  sent: 'key',
  buckets: 'shelf',
  state: 'key',
  aside: '[kind+id+atMs]',
} as const;

export const TABLE_BY_KIND = {
  note: 'notes',
  branch: 'branches',
  attribute: 'attributes',
  attachment: 'attachments',
  revision: 'revisions',
  option: 'options',
} as const satisfies Record<Kind, keyof typeof STORES>;

export interface Tables {
  readonly entities: (kind: Kind) => EntityTable;
  readonly bodies: BodyTable;
  readonly outbox: OutboxTable;
  readonly buckets: Table<ShelfRecord, number>;
  readonly state: Table<StateRecord, string>;
  readonly aside: Table<AsideRecord, [...RefKey, atMs: number]>;
}

export interface Database {
  readonly dexie: Dexie;
  /** Rejects with SyncFailure when the database can't be used by this code, and while another tab blocks its upgrade. */
  open(): Promise<void>;
  /** Told of what no caller waits for: the database was upgraded by another tab, a live query failed. */
  onFailure(error: SyncError): void;
  close(): void;
}

export interface DatabaseOptions {
  readonly name?: string;
  readonly onFailure?: (error: SyncError) => void;
}

/** Opens nothing: the first operation does. */
export function createDatabase({name = 'aster', onFailure = () => {}}: DatabaseOptions = {}): Database {
  let ended: SyncFailure | undefined;
  let wasOpen = false;
  const end = (failure: SyncFailure) => {
    ended = failure;
    dexie.close({disableAutoOpen: true});
    onFailure(failure.error);
  };
  const dexie = createDexie(name, {mayMake: () => !wasOpen, onGone: () => end(removed())});
  dexie.on('versionchange', ({newVersion}) => end(newVersion === null ? removed() : outdated()));

  return {
    dexie,
    onFailure,
    async open() {
      if (ended !== undefined) throw ended;
      if (dexie.isOpen()) return;
      try {
        await Promise.race([dexie.open(), rejectWhenBlocked(dexie)]);
        wasOpen = true;
      } catch (error) {
        throw ended ?? error;
      }
    },
    close: () => dexie.close(),
  };
}

/** Whether the database is there, in the version of this code; asked without opening it. */
export async function isDatabaseOurs({dexie}: Database): Promise<boolean> {
  const databases = await indexedDB.databases();
  return databases.some(({name, version}) => name === dexie.name && version === NATIVE_VERSION);
}

/** The tables as `table` gives them, of one transaction. */
export function tablesOf(table: (name: string) => Table): Tables {
  const [packs, pointers, lists] = [table('packs'), table('packPointers'), table('packLists')];
  return {
    entities: (kind) => createEntityTable(kind, {own: table(TABLE_BY_KIND[kind]), packs, pointers, lists}),
    bodies: createBodyTable({own: table('bodies'), packs: table('bodyPacks')}),
    outbox: createOutboxTable({own: table('outbox'), sent: table('sent')}),
    buckets: table('buckets'),
    state: table('state'),
    aside: table('aside'),
  };
}

export const TABLE_NAMES = Object.keys(STORES);

function createDexie(name: string, making: Pick<Guard, 'mayMake' | 'onGone'>): Dexie {
  const dexie = new Dexie(name, {
    cache: 'disabled',
    chromeTransactionDurability: 'strict',
    indexedDB: guardFactory(indexedDB, {nativeVersion: NATIVE_VERSION, ...making}),
    IDBKeyRange,
  });
  const {aside, packs, packPointers, bodyPacks, sent, packLists, ...since1} = STORES;
  dexie.version(1).stores({...since1, revisions: 'id, of'});
  dexie
    .version(2)
    .stores({aside})
    .upgrade((transaction) => transaction.table('state').toCollection().modify(addRepairState));
  dexie
    .version(3)
    .stores({revisions: STORES.revisions})
    .upgrade((transaction) => openConflicts(transaction.table('revisions')).modify({open: 1}));
  dexie
    .version(4)
    .stores({packs, packPointers, bodyPacks})
    .upgrade((transaction) => transaction.table('state').toCollection().modify(beginLaneAgain));
  dexie
    .version(SCHEMA_VERSION)
    .stores({sent, packLists})
    .upgrade((transaction) => listPacks(transaction.table('packs'), transaction.table('packLists')));
  return dexie;
}

/** Version 2: what repairs remember. */
function addRepairState(record: StateRecord): void {
  const added = {lastVerification: null, unresolved: [], givenUp: null, protocol: null};
  Object.assign(record, {state: {...record.state, ...added}});
}

/** Version 3: open conflicts are found without reading every revision. Only these are written. */
function openConflicts(revisions: Table<EntityRecord>): Collection<EntityRecord> {
  return revisions.filter(({meta}) => isOpenConflict(meta));
}

/** Version 4: a lane goes by entities, no longer by positions. What is here of it is passed over. */
function beginLaneAgain(record: StateRecord): void {
  const {firstSync} = record.state;
  if (firstSync !== null)
    Object.assign(record, {state: {...record.state, firstSync: {...firstSync, after: null, received: 0}}});
}

/** Some megabytes. */
const LISTED_AT_ONCE = 64;

/**
 * Version 5: what left in a request may be said beside the rows, packs have rows that were made here, and what the tree shows of packed
 * rows is apart from them.
 */
async function listPacks(packs: Table<PackRecord, PackKey>, lists: Table<ListRecord, PackKey>): Promise<void> {
  const keys = (await packs.toCollection().primaryKeys()).filter(([kind]) => isListed(kind));
  for (let at = 0; at < keys.length; at += LISTED_AT_ONCE) {
    const some = await packs.bulkGet(keys.slice(at, at + LISTED_AT_ONCE));
    await lists.bulkPut(some.flatMap((pack) => (pack === undefined ? [] : [listOf(pack)])));
  }
}

function rejectWhenBlocked(dexie: Dexie): Promise<never> {
  return new Promise((_, reject) => {
    dexie.once('blocked', () => reject(blocked()));
  });
}
