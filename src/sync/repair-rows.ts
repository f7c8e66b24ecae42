/**
 * What a repair does with versions that the server has and this device lacks. One that waits here is not touched: it learns
 * what the server has, and its push decides. Else the higher stamp stands, at equal stamps the server's, and a sound one
 * that goes is kept as a `restore` revision.
 */

import {isErased, keepsLosers, type Ref} from '../../protocol/entity.ts';
import {countsAsAbsent} from './inspect.ts';
import {keepVersion, revisionRef} from './local-version.ts';
import type {EntityRow, OutboxRow, StoreTx} from './ports.ts';
import {acknowledge, adopt, knownOf, type ServerVersion} from './verdict.ts';
import {Workset} from './workset.ts';

export async function takeRows(tx: StoreTx, versions: readonly ServerVersion[], wallMs: number): Promise<void> {
  const ws = new Workset(tx);
  await ws.load(versions);
  await ws.load(versions.flatMap((version) => keptRef(ws, version)));
  for (const version of versions) takeRow(ws, version, wallMs);
  await ws.flush();
}

function keptRef(ws: Workset, ref: Ref): Ref[] {
  const mine = ws.version(ref);
  return mine === undefined || mine.kind === 'revision' ? [] : [revisionRef(mine, 'restore')];
}

function takeRow(ws: Workset, theirs: ServerVersion, wallMs: number): void {
  const row = ws.outbox(theirs);
  const entity = ws.entity(theirs);
  const mine = ws.version(theirs);
  if (row !== undefined && entity !== undefined) {
    learn(ws, entity, row, theirs);
  } else if (entity === undefined || mine === undefined || countsAsAbsent(entity)) {
    adopt(ws, theirs);
  } else if (mine.stamp <= theirs.stamp) {
    const isLost = mine.hash !== theirs.hash && keepsLosers(mine.kind) && !isErased(mine) && mine.body !== null;
    if (isLost) keepVersion(ws, mine, 'restore', wallMs);
    adopt(ws, theirs);
  }
}

function learn(ws: Workset, entity: EntityRow, row: OutboxRow, theirs: ServerVersion): void {
  if (row.sent.includes(theirs.stamp)) {
    acknowledge(ws, {pushed: theirs, sent: [theirs.stamp]}, row, theirs);
    return;
  }
  ws.setOutbox(row, {...row, theirs: theirs.stamp === row.base ? null : theirs});
  ws.setEntity({...entity, known: knownOf(theirs)});
}
