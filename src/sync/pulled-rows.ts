/**
 * What the server gives out, stored: pages of a pull, lanes of a first sync, entities got by name (design section 5.3). An older
 * seq never overwrites a newer ◆; an entity with an outbox row only learns of `theirs`: the push decides.
 */

import {hasBody, isErased, keepsLosers, type Ref, refKey, type Version} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {bringBack, findNeeded, loadOriginals} from './bring-back.ts';
import {countsAsAbsent, damagedParts, isOwnDeleted} from './inspect.ts';
import {keepVersion, revisionRef, type Writing} from './local-version.ts';
import type {BodyRow, OutboxRow, StoreTx} from './ports.ts';
import {acknowledge, adopt, knownOf, type ServerVersion} from './server-version.ts';
import type {Workset} from './workset.ts';

export async function storeRows(ws: Workset, versions: readonly ServerVersion[], writing: Writing): Promise<void> {
  await ws.load(versions);
  await ws.load(
    versions.flatMap((version) => onlyHere(ws, version).map(({mine, reason}) => revisionRef(mine, reason))),
  );
  const disputed = await loadOriginals(ws, versions);
  for (const version of versions) storeRow(ws, version, {...writing, disputed});
}

/**
 * What a version from the server would replace though the server can't have seen it: what this device alone has in "Recently
 * deleted"; an edit whose outbox row was damaged away; a version that a damaged server has forgotten, as it says or as it
 * gives out an older one for it. It stays a revision.
 */
function onlyHere(
  ws: Workset,
  pulled: Pick<ServerVersion, 'kind' | 'id' | 'stamp' | 'hash' | 'displaced'>,
): {readonly mine: Version; readonly reason: 'restore' | 'conflict'}[] {
  const entity = ws.entity(pulled);
  const mine = ws.version(pulled);
  if (entity === undefined || mine === undefined || ws.outbox(pulled) !== undefined || !keepsLosers(pulled.kind))
    return [];
  if (mine.body === null || isErased(mine) || mine.hash === pulled.hash) return [];
  if (isOwnDeleted(entity)) return [{mine, reason: 'restore'}];
  const isUnsent = entity.known !== null && entity.known.stamp !== entity.stamp;
  const isForgotten = pulled.stamp < mine.stamp || pulled.displaced?.includes(mine.stamp) === true;
  const damaged = isUnsent || isForgotten ? damagedParts(mine) : null;
  return damaged === null || damaged.data || damaged.body ? [] : [{mine, reason: 'conflict'}];
}

interface Storing extends Writing {
  /** What is erased on the server and asked about here. */
  readonly disputed: ReadonlySet<string>;
}

function storeRow(ws: Workset, pulled: ServerVersion, storing: Storing): void {
  const row = ws.outbox(pulled);
  const entity = ws.entity(pulled);
  const version = withBodyFromHere(ws, pulled);
  if (isHere(ws, row, pulled)) {
    fillBody(ws, version);
    return;
  }
  if (row === undefined) {
    const needed = findNeeded(ws, pulled, storing.disputed);
    for (const {mine, reason} of onlyHere(ws, pulled)) keepVersion(ws, mine, reason, storing.wallMs);
    adopt(ws, version);
    if (isErased(version)) ws.setBody(version, EMPTY_HASH, new Uint8Array(0));
    if (needed !== undefined) bringBack(ws, needed, storing);
  } else if (row.sent.includes(version.stamp)) {
    acknowledge(ws, {pushed: version, sent: [version.stamp]}, row, version);
  } else {
    ws.setOutbox(row, {...row, theirs: version});
    if (entity !== undefined) ws.setEntity({...entity, known: knownOf(version)});
    fillBody(ws, version);
  }
}

/** An older seq never overwrites a newer ◆; the same is the same version, unless this device's row is damaged. */
function isHere(ws: Workset, row: OutboxRow | undefined, pulled: ServerVersion): boolean {
  const entity = ws.entity(pulled);
  const seq = entity?.known?.seq ?? -1;
  if (seq !== pulled.seq || row !== undefined) return seq >= pulled.seq;
  return entity?.stamp === pulled.stamp && entity.hash === pulled.hash && !countsAsAbsent(entity);
}

/** Where what waits here has the same text and lacks it. */
function fillBody(ws: Workset, {kind, id, parts, body}: ServerVersion): void {
  if (hasBody(kind) && parts.body !== EMPTY_HASH && body !== null) storeBody(ws, {kind, id}, {hash: parts.body, body});
}

/** A body that was left out is one that this replica has: stored, or with what waits. */
function withBodyFromHere(ws: Workset, {displaced: _, ...version}: ServerVersion): ServerVersion {
  if (version.body !== null) return version;
  const row = ws.outbox(version);
  const held = [ws.version(version), row?.baseVersion, row?.theirs].find(
    (one) => one?.parts.body === version.parts.body && one.body !== null,
  );
  const loose = ws.body(version);
  return {...version, body: held?.body ?? (loose?.hash === version.parts.body ? loose.body : null)};
}

/** A lane's body goes where it is named: to the stored head, to what waits, or loose until its head comes. */
export function storeBody(ws: Workset, ref: Ref, {hash, body}: Pick<BodyRow, 'hash' | 'body'>): void {
  const row = ws.outbox(ref);
  const fill = <T extends {readonly parts: {readonly body: string}; readonly body: Version['body']} | null>(
    version: T,
  ): T => (version?.parts.body === hash && version.body === null ? {...version, body} : version);
  if (row !== undefined) ws.setOutbox(ref, {...row, baseVersion: fill(row.baseVersion), theirs: fill(row.theirs)});
  const entity = ws.entity(ref);
  if (entity === undefined || entity.parts.body === hash || ws.body(ref)?.hash !== entity.parts.body)
    ws.setBody(ref, hash, body);
}

/**
 * Where no body is stored and nothing waits, one that comes needs no look at its head: so it is with nearly all of a first sync.
 * Returns the others.
 */
export async function storeFirstBodies(tx: StoreTx, bodies: readonly BodyRow[]): Promise<BodyRow[]> {
  if (bodies.length === 0) return [];
  const received = [...new Map(bodies.map((body) => [refKey(body), body])).values()];
  const [stored, waiting] = [await tx.bodies(received), await tx.outbox(received)];
  const isFirst = ({hash}: BodyRow, i: number) => hash !== EMPTY_HASH && !stored[i] && !waiting[i];
  const first = received.filter(isFirst);
  if (first.length > 0) await tx.packBodies(first);
  return received.filter((body, i) => !isFirst(body, i));
}
