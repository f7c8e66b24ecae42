/** Runs in the raw page: the least that a browser must do with the same data. Nothing here refers to anything outside. */

export interface RawPuts {
  readonly address: string;
  readonly pages: number;
}

export interface RawPutsTook {
  readonly ms: number;
  readonly rows: number;
  /** Of texts and what else they say. */
  readonly contentBytes: number;
}

/**
 * Stores one record per note, one per place, one per body, in an empty database without indexes: a thousand rows per
 * transaction, relaxed durability. Getting and parsing the rows isn't counted.
 */
export async function putRows({address, pages}: RawPuts): Promise<RawPutsTook> {
  interface Wire {
    readonly kind: string;
    readonly id: string;
    readonly stamp: string;
    readonly hash: string;
    readonly parts: object;
    readonly data?: string;
    readonly body?: string;
  }
  const ROWS_PER_TRANSACTION = 1_000;
  const encoder = new TextEncoder();
  const result = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const headOf = ({kind, id, stamp, hash, parts, data}: Wire, seq: number): object => ({
    kind,
    id,
    stamp,
    deleted: false,
    hash,
    parts,
    meta: null,
    data: encoder.encode(data),
    known: {stamp, hash, seq, counted: true},
    own: null,
    ownSent: null,
    revisedMs: null,
  });
  const lanes: {readonly store: string; readonly rows: object[]}[] = ['notes', 'places', 'bodies'].map((store) => ({
    store,
    rows: [],
  }));
  const [notes, places, bodies] = lanes;
  let [contentBytes, seq] = [0, 0];
  for (let page = 0; page < pages; page++) {
    const entities = (await (await fetch(`${address}rows?page=${page}`)).json()) as Wire[];
    for (const entity of entities) {
      (entity.kind === 'note' ? notes : places)?.rows.push(headOf(entity, ++seq));
      contentBytes += entity.data?.length ?? 0;
      if (entity.body === undefined) continue;
      const body = encoder.encode(entity.body);
      contentBytes += body.length;
      bodies?.rows.push({kind: entity.kind, id: entity.id, hash: entity.hash, body});
    }
  }

  const name = 'raw-rows';
  await result(indexedDB.deleteDatabase(name));
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    for (const {store} of lanes) opening.result.createObjectStore(store, {keyPath: 'id'});
  };
  const database = await result(opening);
  const startMs = performance.now();
  for (const {store, rows} of lanes) {
    for (let from = 0; from < rows.length; from += ROWS_PER_TRANSACTION) {
      const transaction = database.transaction(store, 'readwrite', {durability: 'relaxed'});
      const target = transaction.objectStore(store);
      for (const row of rows.slice(from, from + ROWS_PER_TRANSACTION)) target.put(row);
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
    }
  }
  const ms = performance.now() - startMs;
  database.close();
  return {ms, rows: lanes.reduce((sum, {rows}) => sum + rows.length, 0), contentBytes};
}

/** Gets answers of these sizes, one after the other, and reads them; resolves to the milliseconds that it took. */
export async function getBytes({
  address,
  sizes,
}: {
  readonly address: string;
  readonly sizes: readonly number[];
}): Promise<number> {
  const startMs = performance.now();
  for (const size of sizes) await (await fetch(`${address}bytes?count=${size}`, {cache: 'no-store'})).arrayBuffer();
  return performance.now() - startMs;
}

/** Reads the rows of notes and places that `putRows` has stored, in one transaction; resolves to the milliseconds. */
export async function readRows(): Promise<number> {
  const result = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const startMs = performance.now();
  const database = await result(indexedDB.open('raw-rows'));
  const transaction = database.transaction(['notes', 'places']);
  await Promise.all(['notes', 'places'].map((store) => result(transaction.objectStore(store).getAll())));
  const ms = performance.now() - startMs;
  database.close();
  return ms;
}

export interface StoredAndSent {
  readonly storeMs: number;
  readonly sendMs: number;
}

/** Stores one text of so many bytes, on disk when it resolves, and sends it to the raw server; each timed apart. */
export async function storeAndSend({
  address,
  bytes,
}: {
  readonly address: string;
  readonly bytes: number;
}): Promise<StoredAndSent> {
  const body = crypto.getRandomValues(new Uint8Array(bytes));
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open('raw-texts', 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore('texts', {keyPath: 'id'});
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const startMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    const transaction = database.transaction('texts', 'readwrite', {durability: 'strict'});
    transaction.objectStore('texts').put({id: 'text', body});
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  const storedMs = performance.now();
  await (await fetch(`${address}bytes?count=100`, {method: 'POST', body, cache: 'no-store'})).arrayBuffer();
  const sentMs = performance.now();
  database.close();
  return {storeMs: storedMs - startMs, sendMs: sentMs - storedMs};
}
