/** Revisions of a note, newest first, each with its text and the name of the device that wrote it. */

import {isOpenConflict} from '../../protocol/entity.ts';
import {derivedId} from '../../protocol/ids.ts';
import {parseStamp} from '../../protocol/stamp.ts';
import {deviceNameKey, readOption} from '../notes/note-data.ts';
import {isLive, noteDataOf, textOf} from './heads.ts';
import type {Query} from './live.ts';
import type {BodyRecord, EntityRecord} from './records.ts';
import type {RevisionView} from './repositories.ts';
import type {Tables} from './schema.ts';

const SHORT_ID_CHARS = 6;

export function queryRevisions(noteId: string): Query<readonly RevisionView[]> {
  return async (tables) => {
    const found = await tables.entities('revision').pointingAt('of', [noteId]);
    const rows = found.filter(isLive).sort(newestFirst);
    const [bodies, nameOf] = await Promise.all([
      tables.bodies.bulkGet(rows),
      readDeviceNames(
        tables,
        rows.map((row) => parseStamp(madeAt(row)).replica),
      ),
    ]);
    return rows.flatMap((row, index) => toView(row, bodies[index], nameOf) ?? []);
  };
}

/** Ids only: an open note watches them. */
export function queryConflicts(noteId: string): Query<readonly string[]> {
  return async (tables) => {
    const rows = await tables.entities('revision').pointingAt('of', [noteId]);
    return rows.filter(({meta}) => isOpenConflict(meta)).map(({id}) => id);
  };
}

function toView(
  row: EntityRecord,
  body: BodyRecord | undefined,
  nameOf: (replica: string) => string,
): RevisionView | undefined {
  const {id, meta} = row;
  if (meta?.type !== 'revision' || meta.ofKind !== 'note') return undefined;
  const {millis, replica} = parseStamp(meta.stamp);
  const {title, type} = noteDataOf(row);
  return {
    id,
    of: meta.of,
    ofKind: meta.ofKind,
    reason: meta.reason,
    state: meta.state ?? null,
    wasDeleted: meta.wasDeleted ?? false,
    atMs: millis,
    deviceName: nameOf(replica),
    title,
    type,
    text: textOf(row, body).text,
  };
}

/** Names come from the options that every device writes of itself; of a device without one the start of its id. */
export async function readDeviceNames(
  {entities, state}: Tables,
  wanted: readonly string[],
): Promise<(replica: string) => string> {
  const replicas = [...new Set(wanted)];
  const [options, own] = await Promise.all([
    entities('option').bulkGet(replicas.map((replica) => derivedId('option', deviceNameKey(replica)))),
    state.get('replica'),
  ]);
  const names = new Map<string, string>();
  if (own) names.set(own.state.replica, own.state.deviceName);
  for (const [index, replica] of replicas.entries()) {
    const option = options[index];
    const name = option && isLive(option) ? readOption(option.data)?.value : undefined;
    if (name) names.set(replica, name);
  }
  return (replica) => names.get(replica) ?? replica.slice(0, SHORT_ID_CHARS);
}

export function newestFirst(a: EntityRecord, b: EntityRecord): number {
  if (madeAt(a) !== madeAt(b)) return madeAt(a) < madeAt(b) ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}

/** The kept version's stamp; the row's own moves when a conflict is dealt with. */
export function madeAt({meta, stamp}: EntityRecord): string {
  return meta?.type === 'revision' ? meta.stamp : stamp;
}
