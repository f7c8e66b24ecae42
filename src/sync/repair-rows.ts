/**
 * What a repair does with versions that the server has and this device lacks. One that waits here is not touched: it learns
 * what the server has, and its push decides. Else the higher stamp stands, at equal stamps the server's, and a sound one
 * that goes is kept as a `restore` revision.
 */

import {isErased, keepsLosers, type Ref, type Version} from '../../protocol/entity.ts';
import {countsAsAbsent, isOwnDeleted} from './inspect.ts';
import {keepVersion, revisionRef} from './local-version.ts';
import type {EntityRow, OutboxRow, StoreTx} from './ports.ts';
import {acknowledge, adopt, knownOf, type ServerVersion} from './server-version.ts';
import {Workset} from './workset.ts';

/** Those that the server had in a higher version, which no digest counts as it is erased: it has to be told. */
export async function takeRows(tx: StoreTx, versions: readonly ServerVersion[], wallMs: number): Promise<Ref[]> {
  const ws = new Workset(tx);
  await ws.load(versions);
  await ws.load(versions.flatMap((version) => keptRefs(ws, version)));
  for (const version of versions) takeRow(ws, version, wallMs);
  await ws.flush();
  const above = versions.filter((version) => isAbove(ws, version) && ws.entity(version)?.known?.counted === false);
  return above.map(({kind, id}) => ({kind, id}));
}

function keptRefs(ws: Workset, ref: Ref): Ref[] {
  if (ref.kind === 'revision') return [];
  return [ws.version(ref), ws.outbox(ref)?.theirs].flatMap((version) =>
    version == null ? [] : [revisionRef(version, 'restore')],
  );
}

function takeRow(ws: Workset, theirs: ServerVersion, wallMs: number): void {
  const row = ws.outbox(theirs);
  const entity = ws.entity(theirs);
  const mine = ws.version(theirs);
  if (row !== undefined && entity !== undefined) {
    learn(ws, {entity, row, theirs}, wallMs);
  } else if (entity === undefined || mine === undefined || countsAsAbsent(entity)) {
    if (mine !== undefined && isOwnDeleted(entity) && mine.hash !== theirs.hash) keepReplaced(ws, mine, wallMs);
    adopt(ws, theirs);
  } else if (mine.stamp <= theirs.stamp) {
    if (mine.hash !== theirs.hash && !isErasingOf(theirs, mine)) keepReplaced(ws, mine, wallMs);
    adopt(ws, theirs);
  }
}

/** The version that the server was known to have, as far as it is here: it can be given back. */
export function heldAsKnown(ws: Workset, ref: Ref): Version | undefined {
  const known = ws.entity(ref)?.known;
  const candidates = [ws.version(ref), ws.outbox(ref)?.baseVersion, ws.outbox(ref)?.theirs];
  return (
    candidates.find((one) => one?.stamp === known?.stamp && one?.hash === known?.hash && one?.body !== null) ??
    undefined
  );
}

function isAbove(ws: Workset, theirs: ServerVersion): boolean {
  const known = ws.entity(theirs)?.known;
  return known != null && known.stamp > theirs.stamp && heldAsKnown(ws, theirs) !== undefined;
}

/** The same deletion, of which the time has passed. */
function isErasingOf(theirs: Version, mine: Version): boolean {
  return isErased(theirs) && theirs.stamp === mine.stamp;
}

function keepReplaced(ws: Workset, version: Version, wallMs: number): void {
  if (keepsLosers(version.kind) && !isErased(version) && version.body !== null)
    keepVersion(ws, version, 'restore', wallMs);
}

function learn(
  ws: Workset,
  {entity, row, theirs}: {readonly entity: EntityRow; readonly row: OutboxRow; readonly theirs: ServerVersion},
  wallMs: number,
): void {
  if (row.sent.includes(theirs.stamp)) {
    acknowledge(ws, {pushed: theirs, sent: [theirs.stamp]}, row, theirs);
    return;
  }
  if (isAbove(ws, theirs)) return; // this device gives back what the server had
  if (row.theirs !== null && row.theirs.stamp !== theirs.stamp) keepReplaced(ws, row.theirs, wallMs);
  ws.setOutbox(row, {...row, theirs: theirs.stamp === row.base ? null : theirs});
  ws.setEntity({...entity, known: knownOf(theirs)});
}
