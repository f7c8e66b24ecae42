/**
 * The rows that one transaction works on: read once, changed in memory, written once by `flush`. It keeps two invariants
 * that no caller has to think of: the digest follows every change of `known`, and a body that its head no longer names is
 * told from one that is here.
 */

import {equalBytes} from '../../protocol/bytes.ts';
import {bucketOf, EMPTY_BUCKET, leafOf, withLeaves} from '../../protocol/digest.ts';
import {hasBody, NO_BYTES, type Ref, refKey, type Version} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {BodyRow, EntityRow, Known, OutboxRow, StoreTx} from './ports.ts';

interface Slot {
  readonly ref: Ref;
  readonly knownBefore: Known | null;
  /** What wasn't stored when it was loaded. */
  readonly isNew: {readonly entity: boolean; readonly body: boolean};
  entity: EntityRow | undefined;
  body: BodyRow | undefined;
  outbox: OutboxRow | undefined;
  changed: {entity: boolean; body: boolean; outbox: boolean; sent: boolean};
}

export class Workset {
  readonly tx: StoreTx;
  readonly #slots = new Map<string, Slot>();

  constructor(tx: StoreTx) {
    this.tx = tx;
  }

  /** Every ref that is read or written must be loaded first; loading one twice keeps what was changed. */
  async load(refs: readonly Ref[]): Promise<void> {
    const wanted = this.#notLoaded(refs);
    if (wanted.length > 0) await this.#load(wanted, this.tx.outbox(wanted));
  }

  /** As `load`, where their outbox rows were read in this transaction. */
  async loadWaiting(rows: readonly OutboxRow[]): Promise<void> {
    const wanted = this.#notLoaded(rows);
    const byKey = new Map(rows.map((row) => [refKey(row), row]));
    if (wanted.length > 0)
      await this.#load(
        wanted,
        wanted.map((ref) => byKey.get(refKey(ref))),
      );
  }

  #notLoaded(refs: readonly Ref[]): Ref[] {
    const fresh = new Map(refs.map((ref) => [refKey(ref), {kind: ref.kind, id: ref.id}]));
    for (const key of this.#slots.keys()) fresh.delete(key);
    return [...fresh.values()];
  }

  async #load(
    refs: readonly Ref[],
    reading: readonly (OutboxRow | undefined)[] | Promise<(OutboxRow | undefined)[]>,
  ): Promise<void> {
    const withBody = refs.filter(({kind}) => hasBody(kind));
    const [entities, bodies, outbox] = await Promise.all([
      this.tx.entities(refs),
      withBody.length === 0 ? [] : this.tx.bodies(withBody),
      reading,
    ]);
    const bodyByKey = new Map(withBody.map((ref, i) => [refKey(ref), bodies[i]]));
    refs.forEach((ref, i) => {
      const body = bodyByKey.get(refKey(ref));
      this.#slots.set(refKey(ref), {
        ref,
        knownBefore: entities[i]?.known ?? null,
        isNew: {entity: entities[i] === undefined, body: body === undefined},
        entity: entities[i],
        body,
        outbox: outbox[i],
        changed: {entity: false, body: false, outbox: false, sent: false},
      });
    });
  }

  entity(ref: Ref): EntityRow | undefined {
    return this.#slot(ref).entity;
  }

  outbox(ref: Ref): OutboxRow | undefined {
    return this.#slot(ref).outbox;
  }

  /** The stored version; `body` is null where the bytes that its head names aren't here. */
  version(ref: Ref): Version | undefined {
    const {entity, body} = this.#slot(ref);
    if (entity === undefined) return undefined;
    const {kind, id, stamp, deleted, hash, parts, meta, data} = entity;
    return {kind, id, stamp, deleted, hash, parts, meta, data, body: this.#bodyNamed(parts.body, body)};
  }

  /** A stored body, whichever head it belongs to. */
  body(ref: Ref): BodyRow | undefined {
    return this.#slot(ref).body;
  }

  setEntity(row: EntityRow): void {
    const slot = this.#slot(row);
    slot.entity = row;
    slot.changed.entity = true;
  }

  setBody(ref: Ref, hash: string, body: BodyRow['body']): void {
    const slot = this.#slot(ref);
    if (slot.body?.hash === hash && isSame(slot.body.body, body)) return; // a damaged one is replaced
    if (slot.body === undefined && hash === EMPTY_HASH) return;
    slot.body = hash === EMPTY_HASH ? undefined : {kind: ref.kind, id: ref.id, hash, body};
    slot.changed.body = true;
  }

  setOutbox(ref: Ref, row: OutboxRow | undefined): void {
    const slot = this.#slot(ref);
    if (slot.outbox === undefined && row === undefined) return;
    slot.outbox = row;
    slot.changed.outbox = true;
  }

  /** As setOutbox, of a row that was loaded, and that leaves in a request: nothing but `stamp`, `sent` and `tries` is new. */
  markSent(row: OutboxRow): void {
    const slot = this.#slot(row);
    slot.outbox = row;
    slot.changed.sent = true;
  }

  /**
   * Writes what changed and brings the digest up to date. Once, at the end of the transaction. `packing`: what is new comes in
   * the order that StoreTx.packEntities wants.
   */
  async flush(how: 'row by row' | 'packing' = 'row by row'): Promise<void> {
    const slots = [...this.#slots.values()];
    const entities = slots.filter(({changed}) => changed.entity);
    const bodies = slots.filter(({changed}) => changed.body);
    const outbox = slots.filter(({changed}) => changed.outbox);
    const packs = (isNew: boolean) => how === 'packing' && isNew;
    const entitiesOf = (some: Slot[]) => some.flatMap(({entity}) => entity ?? []);
    const bodiesOf = (some: Slot[]) => some.flatMap(({body}) => body ?? []);
    // The buckets are asked for before all that is written, so that they are here, and summed, while it is being written.
    await Promise.all([
      this.#recount(entities),
      write(entitiesOf(entities.filter(({isNew}) => !packs(isNew.entity))), (rows) => this.tx.putEntities(rows)),
      write(entitiesOf(entities.filter(({isNew}) => packs(isNew.entity))), (rows) => this.tx.packEntities(rows)),
      write(bodiesOf(bodies.filter(({isNew}) => !packs(isNew.body))), (rows) => this.tx.putBodies(rows)),
      write(bodiesOf(bodies.filter(({isNew}) => packs(isNew.body))), (rows) => this.tx.packBodies(rows)),
      write(
        refsWithout(bodies, ({body}) => body),
        (refs) => this.tx.deleteBodies(refs),
      ),
      write(
        slots.flatMap(({outbox: row, changed}) => (row && changed.sent && !changed.outbox ? row : [])),
        (rows) => this.tx.markSent(rows),
      ),
      write(
        outbox.flatMap(({outbox: row}) => row ?? []),
        (rows) => this.tx.putOutbox(rows),
      ),
      write(
        refsWithout(outbox, ({outbox: row}) => row),
        (refs) => this.tx.deleteOutbox(refs),
      ),
    ]);
  }

  async #recount(slots: readonly Slot[]): Promise<void> {
    const moved = slots.filter(({knownBefore, entity}) => !sameLeaf(knownBefore, entity?.known ?? null));
    if (moved.length === 0) return;
    const slotsByIndex = Map.groupBy(moved, ({ref}) => bucketOf(ref.id));
    const indexes = [...slotsByIndex.keys()];
    const read = await this.tx.buckets(indexes);
    await this.tx.putBuckets(
      [...slotsByIndex].map(([index, changed], i) => ({
        index,
        bucket: withLeaves(read[i] ?? EMPTY_BUCKET, {
          added: changed.flatMap(({ref, entity}) => leafIn(ref, entity?.known ?? null)),
          removed: changed.flatMap(({ref, knownBefore}) => leafIn(ref, knownBefore)),
        }),
      })),
    );
  }

  #bodyNamed(hash: string, body: BodyRow | undefined): Version['body'] {
    if (hash === EMPTY_HASH) return NO_BYTES;
    return body?.hash === hash ? body.body : null;
  }

  #slot(ref: Ref): Slot {
    const slot = this.#slots.get(refKey(ref));
    if (slot === undefined) throw new Error(`${refKey(ref)} was not loaded`);
    return slot;
  }
}

/** A row of a damaged database may hold no bytes at all. */
function isSame(stored: unknown, body: Uint8Array): boolean {
  return stored instanceof Uint8Array && equalBytes(stored, body);
}

function leafIn({kind, id}: Ref, known: Known | null): Uint8Array[] {
  return known?.counted ? [leafOf({...known, kind, id})] : [];
}

function sameLeaf(a: Known | null, b: Known | null): boolean {
  const counted = a?.counted ?? false;
  if (counted !== (b?.counted ?? false)) return false;
  return !counted || (a?.stamp === b?.stamp && a?.hash === b?.hash);
}

function refsWithout(slots: readonly Slot[], rowOf: (slot: Slot) => object | undefined): Ref[] {
  return slots.filter((slot) => rowOf(slot) === undefined).map(({ref}) => ref);
}

async function write<T>(rows: T[], put: (rows: T[]) => Promise<void>): Promise<void> {
  if (rows.length > 0) await put(rows);
}
