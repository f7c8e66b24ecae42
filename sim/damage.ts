/**
 * What disks do to rows, on one side at a time. Only to what some other side has whole: where nobody has it any more, no
 * program can bring it back.
 */

import {utf8Bytes} from '../protocol/bytes.ts';
import {EMPTY_BUCKET} from '../protocol/digest.ts';
import {refKey} from '../protocol/entity.ts';
import type {EntityRow} from '../src/sync/ports.ts';
import type {Replica} from './replica.ts';
import type {SimServer} from './server.ts';
import type {Harm} from './steps.ts';

const HURT = utf8Bytes('#');

/** `harmed`: names of what was hurt before, on whatever side; it is left alone. */
export function harmReplica({store}: Replica, server: SimServer, entity: number, how: Harm, harmed: Set<string>): void {
  const tables = store.snapshot();
  const sound = [...tables.entities.values()].filter((row) => !tables.outbox.has(refKey(row)) && isThere(server, row));
  const row = sound[entity % Math.max(1, sound.length)];
  if (row === undefined || harmed.has(refKey(row))) return;
  harmed.add(refKey(row));
  const key = refKey(row);
  const body = tables.bodies.get(key);
  if (how === 'digest') for (const index of [...tables.buckets.keys()]) tables.buckets.set(index, EMPTY_BUCKET);
  if (how === 'head') tables.entities.set(key, {...row, data: HURT});
  if (how === 'body' && body !== undefined) tables.bodies.set(key, {...body, body: HURT});
  if (how === 'lost') {
    tables.entities.delete(key);
    tables.bodies.delete(key);
  }
  store.restore(tables);
}

/** Only what every replica has, so that each can give it back. */
export function harmServer(
  server: SimServer,
  replicas: readonly Replica[],
  entity: number,
  how: Harm,
  harmed: Set<string>,
): void {
  for (const rows of server.storage.tables.entities.values()) {
    const stored = [...rows.values()].filter(({row}) => replicas.every((one) => isHere(one, row)));
    const one = stored[entity % Math.max(1, stored.length)];
    if (one === undefined || harmed.has(refKey(one.row))) continue;
    const key = refKey(one.row);
    harmed.add(key);
    if (how === 'lost') rows.delete(key);
    if (how === 'head') rows.set(key, {...one, row: {...one.row, data: HURT}});
    if (how === 'body') rows.set(key, {...one, row: {...one.row, body: HURT}});
  }
}

function isThere({storage}: SimServer, {kind, id, stamp, hash}: EntityRow): boolean {
  return [...storage.tables.entities.values()].some((rows) => {
    const row = rows.get(refKey({kind, id}))?.row;
    return row?.stamp === stamp && row.hash === hash;
  });
}

function isHere(
  {store}: Replica,
  {kind, id, stamp, hash}: {kind: EntityRow['kind']; id: string; stamp: string; hash: string},
): boolean {
  const tables = store.snapshot();
  const key = refKey({kind, id});
  const row = tables.entities.get(key);
  if (row?.stamp !== stamp || row.hash !== hash || tables.outbox.has(key)) return false;
  const body = tables.bodies.get(key);
  return body === undefined ? kind !== 'note' && kind !== 'revision' : body.hash === row.parts.body;
}
