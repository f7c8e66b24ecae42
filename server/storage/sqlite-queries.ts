/** The port's reads and writes as prepared statements on one connection. They answer at once, in promises. */

import type {Database} from 'better-sqlite3';
import type {Lane} from '../../protocol/messages.ts';
import type {
  AsideRef,
  CommitRow,
  CountedRow,
  EntityRow,
  ErasedRow,
  Place,
  StorageReads,
  StorageWrites,
} from './port.ts';
import {
  fromDocumentRow,
  fromEntityRow,
  HEAD_COLUMNS,
  metaText,
  type SqlAccount,
  type SqlDevice,
  type SqlDocument,
  type SqlEntity,
  type SqlJudged,
  toAccountRow,
  toDeviceRow,
  toDocumentRow,
  toEntityRow,
  toJudgedRow,
} from './sqlite-rows.ts';

/** What a lane has at a position. */
const LANES: Readonly<Record<Lane, string>> = {
  heads: "kind <> 'revision' AND erased = 0 AND seq <= ?",
  bodies: "kind = 'note' AND has_body = 1 AND body_seq <= ?",
  revisions: "kind = 'revision' AND erased = 0 AND seq <= ?",
};

/** From what is erased to its revisions: hardly any of it has one, while revisions are many. */
export const REVISIONS_OF_ERASED = `SELECT ${HEAD_COLUMNS.split(', ')
  .map((column) => `revision.${column}`)
  .join(', ')}, NULL AS body
  FROM entities AS original CROSS JOIN entities AS revision
  WHERE original.account = ? AND original.erased = 1 AND original.kind <> 'revision'
    AND revision.account = original.account AND revision.revision_of = original.id
    AND NOT EXISTS (
      SELECT 1 FROM entities AS conflict WHERE conflict.account = original.account AND conflict.open_conflict_of = original.id
    )
  LIMIT ?`;

/** Both sources in the order of their index; SQLite merges them without sorting. */
const PLACE = 'kind, id, body_seq AS bodySeq, length(data) AS dataBytes, length(body) AS bodyBytes FROM entities';
const PLACES = `SELECT seq AS position, ${PLACE} WHERE account = ? AND seq > ? AND seq <= ?
  UNION ALL
  SELECT body_seq AS position, ${PLACE} WHERE account = ? AND body_seq > ? AND body_seq <= ? AND kind = 'note' AND body_seq < seq
  ORDER BY position LIMIT ?`;

export function readsOf(db: Database): StorageReads {
  const one = <Row>(sql: string) => {
    const statement = db.prepare<unknown[], Row>(sql);
    return (...values: unknown[]): Row | undefined => statement.get(...values);
  };
  const many = <Row>(sql: string) => {
    const statement = db.prepare<unknown[], Row>(sql);
    return (...values: unknown[]): Row[] => statement.all(...values);
  };
  const ofRef = 'FROM entities WHERE account = ? AND kind = ? AND id = ?';
  const meta = one<{value: string}>('SELECT value FROM meta WHERE key = ?');
  const accounts = many<{account: string}>('SELECT account FROM accounts ORDER BY created_ms, account');
  const accountByKey = one<SqlAccount>('SELECT * FROM accounts WHERE username_key = ?');
  const device = one<SqlDevice>('SELECT * FROM devices WHERE account = ? AND id = ?');
  const deviceByToken = one<SqlDevice>('SELECT * FROM devices WHERE token_hash = ?');
  const addresses = many<{address: string}>(
    `SELECT DISTINCT last_address AS address FROM devices
      WHERE account = ? AND removed_ms IS NULL AND last_address IS NOT NULL`,
  );
  const document = one<SqlDocument>('SELECT * FROM documents WHERE account = ?');
  const entity = one<SqlEntity>(`SELECT ${HEAD_COLUMNS}, body ${ofRef}`);
  const head = one<SqlEntity>(`SELECT ${HEAD_COLUMNS}, NULL AS body ${ofRef}`);
  const seqTaken = one<{found: 1}>('SELECT 1 AS found FROM entities WHERE account = ? AND seq = ?');
  const counted = many<CountedRow>(
    'SELECT kind, id, stamp, hash FROM entities WHERE account = ? AND bucket = ? AND counted = 1',
  );
  const judged = one<SqlJudged>(
    'SELECT stamp, outcome, parents, "over" FROM judged WHERE account = ? AND kind = ? AND id = ? AND stamp = ?',
  );
  const commitAt = one<CommitRow>('SELECT seq, mark FROM commits WHERE account = ? AND seq >= ? ORDER BY seq LIMIT 1');
  const bucket = one<{sum: string; count: number}>('SELECT sum, count FROM buckets WHERE account = ? AND bucket = ?');
  const due = many<SqlEntity & {erase_at_ms: number}>(
    `SELECT ${HEAD_COLUMNS}, NULL AS body, erase_at_ms FROM entities
      WHERE account = ? AND erase_at_ms <= ? AND erase_at_ms >= ? AND (erase_at_ms, seq) > (?, ?)
      ORDER BY erase_at_ms, seq LIMIT ?`,
  );
  const erased = many<ErasedRow>(
    `SELECT kind, id, seq FROM entities WHERE account = ? AND erased = 1 AND received_ms <= ?
      ORDER BY received_ms, seq LIMIT ?`,
  );
  const tombstonesOf = many<SqlEntity>(
    `SELECT ${HEAD_COLUMNS}, NULL AS body FROM entities
      WHERE account = ? AND tombstone_of = ? AND kind <> 'note' ORDER BY seq`,
  );
  const revisionsOfErased = many<SqlEntity>(REVISIONS_OF_ERASED);
  const asides = many<AsideRef>('SELECT DISTINCT kind, id, stamp FROM set_aside WHERE account = ?');
  const openConflicts = many<SqlEntity>(
    `SELECT ${HEAD_COLUMNS}, NULL AS body FROM entities WHERE account = ? AND open_conflict_of IS NOT NULL`,
  );
  const openConflict = one<{found: 1}>(
    'SELECT 1 AS found FROM entities WHERE account = ? AND open_conflict_of = ? LIMIT 1',
  );
  const places = many<Place>(PLACES);
  const counts = byLane((lane) =>
    one<{count: number}>(`SELECT count(*) AS count FROM entities WHERE account = ? AND ${LANES[lane]}`),
  );
  const laneRows = byLane((lane) => db.prepare<unknown[], SqlEntity>(laneSql(lane)));

  return {
    meta: async (key) => meta(key)?.value,
    accountIds: async () => accounts().map((row) => row.account),
    accountByKey: async (key) => mapped(accountByKey(key), toAccountRow),
    device: async (accountId, deviceId) => mapped(device(accountId, deviceId), toDeviceRow),
    deviceByToken: async (tokenHash) => mapped(deviceByToken(tokenHash), toDeviceRow),
    addresses: async (accountId) => addresses(accountId).map(({address}) => address),
    document: async (accountId) => mapped(document(accountId), toDocumentRow),
    entity: async (accountId, {kind, id}) => mapped(entity(accountId, kind, id), toEntityRow),
    head: async (accountId, {kind, id}) => mapped(head(accountId, kind, id), toEntityRow),
    places: async (accountId, {after, until, limit}) => places(accountId, after, until, accountId, after, until, limit),
    laneRows: async (accountId, {lane, after, until, maxRows, maxBytes}) => {
      const range = [accountId, after?.kind ?? '', after?.id ?? '', until, maxRows];
      return takeBytes(laneRows[lane].iterate(...range), maxBytes);
    },
    countLane: async (accountId, {lane, until}) => counts[lane](accountId, until)?.count ?? 0,
    hasSeq: async (accountId, seq) => seqTaken(accountId, seq) !== undefined,
    counted: async (accountId, index) => counted(accountId, index),
    judged: async (accountId, {kind, id}, stamp) => mapped(judged(accountId, kind, id, stamp), toJudgedRow),
    commitAt: async (accountId, seq) => commitAt(accountId, seq),
    bucket: async (accountId, index) => bucket(accountId, index),
    dueTombstones: async (accountId, {nowMs, after, limit}) => {
      const {eraseAtMs, seq} = after ?? {eraseAtMs: Number.MIN_SAFE_INTEGER, seq: 0};
      const rows = due(accountId, nowMs, eraseAtMs, eraseAtMs, seq, limit);
      return rows.map((row) => ({...toEntityRow(row), foundAtMs: row.erase_at_ms}));
    },
    erasedTombstones: async (accountId, untilMs, limit) => erased(accountId, untilMs, limit),
    tombstonesOf: async (accountId, noteId) => tombstonesOf(accountId, noteId).map(toEntityRow),
    revisionsOfErased: async (accountId, limit) => revisionsOfErased(accountId, limit).map(toEntityRow),
    asides: async (accountId) => asides(accountId),
    openConflicts: async (accountId) => openConflicts(accountId).map(toEntityRow),
    hasOpenConflict: async (accountId, of) => openConflict(accountId, of) !== undefined,
  };
}

type OnlyWrites = Omit<StorageWrites, keyof StorageReads>;

export function writesOf(db: Database): OnlyWrites {
  const into = (table: string, columns: readonly string[], key: readonly string[]) =>
    db.prepare(upsertSql(table, columns, key));
  const putMeta = into('meta', ['key', 'value'], ['key']);
  const addAccount = db.prepare(
    'INSERT INTO accounts VALUES (:id, :username, :usernameKey, :passwordHash, :createdMs)',
  );
  const putDevice = db.prepare(`INSERT OR REPLACE INTO devices VALUES
    (:accountId, :id, :name, :tokenHash, :createdMs, :lastSeenMs, :lastAddress, :cursorSeq, :removedMs)`);
  const putDocument = into(
    'documents',
    ['account', 'head_seq', 'head_mark', 'root', 'digests', 'floor', 'lossy'],
    ['account'],
  );
  const putEntity = into('entities', ENTITY_COLUMNS, ['account', 'kind', 'id']);
  const deleteEntity = db.prepare('DELETE FROM entities WHERE account = ? AND kind = ? AND id = ?');
  const putJudged = into(
    'judged',
    ['account', 'kind', 'id', 'stamp', 'outcome', 'parents', 'over'],
    ['account', 'kind', 'id', 'stamp'],
  );
  const forgetJudged = db.prepare('DELETE FROM judged WHERE account = ? AND kind = ? AND id = ?');
  const addCommit = db.prepare('INSERT INTO commits VALUES (:account, :seq, :mark)');
  const putBucket = into('buckets', ['account', 'bucket', 'sum', 'count'], ['account', 'bucket']);
  const setAside = db.prepare(`INSERT OR IGNORE INTO set_aside VALUES
    (:account, :kind, :id, :seq, :noticedMs, :stamp, :hash, :meta, :data, :body)`);
  return {
    putMeta: async (key, value) => void putMeta.run({key, value}),
    async addAccount(row, document) {
      addAccount.run({...row});
      putDocument.run(fromDocumentRow(row.id, document));
    },
    putDevice: async (row) => void putDevice.run({...row}),
    putDocument: async (account, document) => void putDocument.run(fromDocumentRow(account, document)),
    putEntity: async (account, row) => void putEntity.run(fromEntityRow(account, row)),
    deleteEntity: async (account, {kind, id}) => void deleteEntity.run(account, kind, id),
    putJudged: async (account, {kind, id}, {stamp, outcome, parents, over = null}) =>
      void putJudged.run({account, kind, id, stamp, outcome, parents: parents.join(' '), over}),
    forgetJudged: async (account, {kind, id}) => void forgetJudged.run(account, kind, id),
    addCommit: async (account, {seq, mark}) => void addCommit.run({account, seq, mark}),
    putBucket: async (account, bucket, {sum, count}) => void putBucket.run({account, bucket, sum, count}),
    setAside: async (account, {kind, id, seq, stamp, hash, meta, data, body}, noticedMs) =>
      void setAside.run({account, kind, id, seq, noticedMs, stamp, hash, meta: metaText(meta), data, body}),
  };
}

const ENTITY_COLUMNS = [
  'account',
  'kind',
  'id',
  'stamp',
  'deleted',
  'hash',
  'meta_hash',
  'data_hash',
  'body_hash',
  'seq',
  'body_seq',
  'received_ms',
  'bucket',
  'counted',
  'erased',
  'has_body',
  'erase_at_ms',
  'tombstone_of',
  'open_conflict_of',
  'meta',
  'data',
  'body',
];

function upsertSql(table: string, columns: readonly string[], key: readonly string[]): string {
  const changes = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes.join(', ')}`;
}

/** Along the index of refs: what is skipped there was never read. */
function laneSql(lane: Lane): string {
  const body = lane === 'heads' ? 'NULL AS body' : 'body';
  return `SELECT ${HEAD_COLUMNS}, ${body} FROM entities
    WHERE account = ? AND (kind, id) > (?, ?) AND ${LANES[lane]} ORDER BY kind, id LIMIT ?`;
}

/** Up to and with the row that passes the limit. */
function takeBytes(rows: Iterable<SqlEntity>, maxBytes: number): EntityRow[] {
  const taken: EntityRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    taken.push(toEntityRow(row));
    bytes += row.data.length + (row.body?.length ?? 0);
    if (bytes >= maxBytes) break;
  }
  return taken;
}

function byLane<T>(make: (lane: Lane) => T): Readonly<Record<Lane, T>> {
  return {heads: make('heads'), bodies: make('bodies'), revisions: make('revisions')};
}

function mapped<A, B>(value: A | undefined, map: (value: A) => B): B | undefined {
  return value === undefined ? undefined : map(value);
}
