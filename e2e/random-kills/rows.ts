/**
 * What a side holds, entity by entity: of the server as any program may pull it, of a device as its database has it. Hashes
 * are made anew from the bytes. Shapes are written down here once more, on purpose.
 */
import {createHash} from 'node:crypto';
import type {Device} from '../fixtures/device.ts';
import type {Observer} from '../fixtures/observer.ts';

export interface Parts {
  readonly meta: string;
  readonly data: string;
  readonly body: string;
}

export interface Row {
  readonly kind: string;
  readonly id: string;
  readonly stamp: string;
  readonly hash: string;
  readonly deleted: boolean;
  readonly parts: Parts;
  readonly meta: object | null;
  readonly data: string;
  /** Null where it isn't there. */
  readonly body: string | null;
}

export interface DeviceRows {
  readonly rows: readonly Row[];
  /** Names of what waits or was refused. */
  readonly outbox: readonly string[];
  readonly state: {
    readonly problem: unknown;
    readonly unresolved: readonly unknown[];
    readonly firstSync: unknown;
    readonly lastCheck: {readonly root: string} | null;
  };
}

export const EMPTY_HASH = createHash('sha256').digest('base64url');

export async function rowsOfServer(observer: Observer): Promise<readonly Row[]> {
  return (await observer.entities()).map(({kind, id, stamp, hash, deleted, parts, meta, data, body}) => ({
    kind,
    id,
    stamp,
    hash,
    deleted: deleted === true,
    parts: {meta: EMPTY_HASH, data: EMPTY_HASH, body: EMPTY_HASH, ...parts},
    meta: meta ?? null,
    data: data ?? '',
    body: body ?? (parts.body === undefined ? '' : null),
  }));
}

export async function rowsOfDevice({page}: Device): Promise<DeviceRows> {
  const {entities, bodies, outbox, state} = await page.evaluate(readDatabase, EMPTY_HASH);
  if (state === undefined) throw new Error('there is no replica in this browser');
  const bodyByKey = new Map(bodies.map((body) => [`${body.kind}:${body.id}`, body]));
  const bodyOf = ({kind, id, parts}: StoredRow): string | null => {
    if (parts.body === EMPTY_HASH) return '';
    const body = bodyByKey.get(`${kind}:${id}`);
    return body?.hash === parts.body ? body.body : null;
  };
  return {rows: entities.map((row) => ({...row, body: bodyOf(row)})), outbox, state};
}

/** Of the bytes that are there; null where one of them isn't. */
export function hashOf({meta, data, body}: Row): string | null {
  if (body === null) return null;
  const parts = [meta === null ? '' : canonicalJson(meta), data, body].map((part) => sha256(part));
  return sha256(Buffer.concat(parts)).toString('base64url');
}

/** The digest of all rows, in 256 buckets; computed here from nothing but them. */
export function rootOf(rows: readonly Row[]): string {
  const sums = Array.from({length: 256}, () => ({sum: 0n, count: 0}));
  for (const {kind, id, stamp, hash, deleted, parts} of rows) {
    if (deleted && parts.data === EMPTY_HASH && parts.body === EMPTY_HASH) continue;
    const bucket = sums[sha256(id)[0] ?? 0];
    if (bucket === undefined) continue;
    bucket.sum = (bucket.sum + BigInt(`0x${sha256(`${kind}\n${id}\n${stamp}\n${hash}`).toString('hex')}`)) % 2n ** 256n;
    bucket.count += 1;
  }
  const digests = sums.map(({sum, count}) => sha256(`${sum.toString(16).padStart(64, '0')}\n${count}`).subarray(0, 16));
  return sha256(Buffer.concat(digests)).toString('base64url');
}

function canonicalJson(meta: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(meta).sort(([one], [other]) => (one < other ? -1 : 1))));
}

function sha256(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

type StoredRow = Omit<Row, 'body'>;

interface Stored {
  readonly entities: readonly StoredRow[];
  readonly bodies: readonly {
    readonly kind: string;
    readonly id: string;
    readonly hash: string;
    readonly body: string;
  }[];
  readonly outbox: readonly string[];
  readonly state: DeviceRows['state'] | undefined;
}

interface Pack {
  readonly kind: string;
  readonly ids: readonly string[];
  readonly rows: string;
}

interface BodyPack {
  readonly kind: string;
  readonly ids: readonly string[];
  readonly hashes: readonly string[];
  readonly ends: readonly number[];
  readonly bytes: Uint8Array;
}

interface Rest {
  readonly deleted: boolean;
  readonly meta: object | null;
  readonly metaHash: string;
}

type PackedRow = [stamp: string, seq: number, hash: string, data: string, body: string | 0, text: string, rest?: Rest];

/** Runs in the page. */
async function readDatabase(emptyHash: string): Promise<Stored> {
  type Bytes<T, K extends keyof T> = Omit<T, K> & {readonly [name in K]: Uint8Array};
  const result = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes);
  const database = await result(indexedDB.open('aster'));
  const transaction = database.transaction([...database.objectStoreNames]);
  const all = <T>(name: string): Promise<T[]> => result(transaction.objectStore(name).getAll());
  const kinds = ['notes', 'branches', 'attributes', 'attachments', 'revisions', 'options'];
  const [bodies, outbox, states, packs, bodyPacks, ...tables] = await Promise.all([
    all<Bytes<Stored['bodies'][number], 'body'>>('bodies'),
    all<{kind: string; id: string; parked: unknown}>('outbox'),
    all<{state: DeviceRows['state']}>('state'),
    all<Pack>('packs'),
    all<BodyPack>('bodyPacks'),
    ...kinds.map((kind) => all<Bytes<StoredRow, 'data'>>(kind)),
  ]);
  database.close();
  const own = tables.flat().map(({kind, id, stamp, hash, deleted, parts, meta, data}): StoredRow => {
    return {kind, id, stamp, hash, deleted, parts, meta, data: text(data)};
  });
  const packed = packs.flatMap(({kind, ids, rows}) =>
    (JSON.parse(rows) as PackedRow[]).map(([stamp, , hash, dataHash, bodyHash, data, rest], index): StoredRow => {
      const parts = {meta: rest?.metaHash ?? emptyHash, data: dataHash, body: bodyHash === 0 ? emptyHash : bodyHash};
      return {
        kind,
        id: ids[index] ?? '',
        stamp,
        hash,
        deleted: rest?.deleted ?? false,
        parts,
        meta: rest?.meta ?? null,
        data,
      };
    }),
  );
  const packedBodies = bodyPacks.flatMap(({kind, ids, hashes, ends, bytes}) =>
    ids.map((id, index) => {
      const body = text(bytes.subarray(ends[index - 1] ?? 0, ends[index]));
      return {kind, id, hash: hashes[index] ?? '', body};
    }),
  );
  /** A row of its own hides a packed one. */
  const visible = <T extends {kind: string; id: string}>(first: readonly T[], second: readonly T[]): T[] => [
    ...new Map([...second, ...first].map((row) => [`${row.kind}:${row.id}`, row])).values(),
  ];
  return {
    entities: visible(own, packed),
    bodies: visible(
      bodies.map(({kind, id, hash, body}) => ({kind, id, hash, body: text(body)})),
      packedBodies,
    ),
    outbox: outbox.map(({kind, id, parked}) => `${kind}:${id}${parked === null ? '' : ` ${JSON.stringify(parked)}`}`),
    state: states[0]?.state,
  };
}
