/**
 * Pull: pages of what others changed, in the server's order (design section 5.3 and "First sync"). A page, its digest and
 * the place from which to go on are one transaction, stored only if that place is still the one it was asked with. An
 * older seq never overwrites a newer ◆; an entity with an outbox row only learns of `theirs`: the push decides.
 */

import {hasBody, isErased, keepsLosers, NO_BYTES, type Ref, type Version} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {CallAnswer, CallRequest, LaneBody, Position} from '../../protocol/messages.ts';
import {LANES} from '../../protocol/shapes.ts';
import {decodePart} from '../../protocol/wire.ts';
import {countsAsAbsent, isOwnDeleted} from './inspect.ts';
import {keepVersion, revisionRef} from './local-version.ts';
import type {FirstSync, HashAll, OutboxRow, ReplicaState, StoreTx} from './ports.ts';
import type {RoundPorts} from './round.ts';
import {askedBy, callOptions, type LinkedState, linkOf, type Standing, strangerIn, withSeen} from './standing.ts';
import {acknowledge, adopt, decodeServerVersion, knownOf, type ServerVersion} from './verdict.ts';
import {Workset} from './workset.ts';

type Page = CallAnswer<'pull'>;

/** Where a page was asked from: ordinary pull by cursor, a first sync by lane and entity. */
type Place = {readonly lane: 'all'; readonly after: Position} | FirstSync;

/** Pulls until the cursor is at the head that the last page was read with; the standing of that page. */
export async function pullAll(ports: RoundPorts): Promise<Result<Standing>> {
  let asked = await ask(ports);
  for (;;) {
    const {place, answer} = asked;
    if (!answer.ok) return answer;
    const page = answer.value;
    const onward = place === null ? null : nextPlace(place, page);
    const prefetched = onward === null ? null : ask(ports, onward);
    prefetched?.catch(() => undefined); // told where it is awaited
    const stored = place === null ? ok(undefined) : await storePage(ports, place, page);
    if (prefetched === null) return stored.ok ? ok(page) : stored;
    asked = await prefetched;
    if (!stored.ok) return stored;
  }
}

/** Starts a first sync, up to the head that hello told. An empty account needs none. */
export async function beginFirstSync({store}: RoundPorts, {head}: Standing): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined || state.cursor !== null || state.firstSync !== null) return;
    await tx.putState(head.seq === 0 ? {...state, cursor: head} : {...state, firstSync: firstSyncTo(head)});
  });
}

export function firstSyncTo(head: Position): FirstSync {
  return {head, lane: 'heads', after: null, received: 0, total: 0};
}

/** Gets entities by name, whatever the cursor: bodies that aren't here yet. */
export async function fetchEntities(ports: RoundPorts, refs: readonly Ref[]): Promise<Result<void>> {
  const link = linkOf(await ports.store.transaction('read', (tx) => tx.state()));
  if (!link.ok) return link;
  const state = link.value;
  const request = {...askedBy(state), refs: [...refs]};
  const answer = await ports.transport.call('fetch', request, callOptions(state));
  if (!answer.ok) return answer;
  const versions = answer.value.rows.map(decodeServerVersion);
  return ports.store.transaction('write', async (tx) => {
    const now = await tx.state();
    if (now === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = strangerIn(now, answer.value);
    if (stranger !== undefined) return failed(stranger);
    await tx.putState(withSeen(now, answer.value));
    const ws = new Workset(tx);
    await storeRows(
      ws,
      versions.filter((version) => version !== 'damaged'),
      ports.time.wallMs(),
    );
    await ws.flush();
    return ok(undefined);
  });
}

async function ask(ports: RoundPorts, place?: Place): Promise<{place: Place | null; answer: Result<Page>}> {
  const link = linkOf(await ports.store.transaction('read', (tx) => tx.state()));
  if (!link.ok) return {place: null, answer: link};
  const state = link.value;
  const from = place ?? placeOf(state);
  if (from === null) return {place: null, answer: failed({type: 'server_error', message: 'a pull without a cursor'})};
  return {place: from, answer: await ports.transport.call('pull', requestOf(state, from), callOptions(state))};
}

function requestOf(state: LinkedState, from: Place): CallRequest<'pull'> {
  if (from.lane === 'all') return {...askedBy(state), lane: from.lane, after: from.after.seq};
  return {...askedBy(state), lane: from.lane, after: from.after, until: from.head.seq};
}

function placeOf({cursor, firstSync}: LinkedState): Place | null {
  if (cursor !== null) return {lane: 'all', after: cursor};
  return firstSync;
}

/** From where the page after this one is asked; null after the last. */
function nextPlace(place: Place, page: Page): Place | null {
  if (place.lane === 'all') return page.done ? null : {lane: 'all', after: page.next};
  const next = progress(place, page);
  return next ?? {lane: 'all', after: place.head};
}

/** The first sync after this page; null when its last lane ended. */
function progress(place: FirstSync, page: Page): FirstSync | null {
  const count = page.rows.length + page.bodies.length;
  const received = place.received + count;
  const total = Math.max(received, place.after === null ? (page.total ?? 0) : place.total);
  if (!page.done) return {...place, after: page.last ?? place.after, received, total};
  const lane = LANES[LANES.indexOf(place.lane) + 1];
  return lane === undefined ? null : {head: place.head, lane, after: null, received: 0, total: 0};
}

async function storePage({store, time, hashAll}: RoundPorts, place: Place, page: Page): Promise<Result<void>> {
  const versions = page.rows.map(decodeServerVersion);
  const damaged = page.rows.find((_, i) => versions[i] === 'damaged');
  if (damaged) return failed({type: 'hash_mismatch', message: `${damaged.kind} ${damaged.id} arrived damaged`});
  const bodies = await decodeBodies(page.bodies, hashAll);
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = strangerIn(state, page);
    if (stranger !== undefined) return failed(stranger);
    if (!isStillAt(state, place)) return ok(undefined);
    if (!getsOn(place, page))
      return failed({type: 'server_error', message: 'a page of a first sync names no next one'});
    await storeContent({tx, place, wallMs: time.wallMs()}, versions as ServerVersion[], bodies);
    await tx.putState(withSeen(moved(state, place, page), page));
    return ok(undefined);
  });
}

async function storeContent(
  {tx, place, wallMs}: {readonly tx: StoreTx; readonly place: Place; readonly wallMs: number},
  versions: readonly ServerVersion[],
  bodies: readonly DecodedBody[],
): Promise<void> {
  const ws = new Workset(tx);
  await ws.load(bodies);
  await storeRows(ws, versions, wallMs);
  for (const body of bodies) storeBody(ws, body);
  await ws.flush(place.lane === 'all' ? 'row by row' : 'packing');
}

function isStillAt({cursor, firstSync}: ReplicaState, place: Place): boolean {
  if (place.lane === 'all') return cursor?.seq === place.after.seq && cursor.mark === place.after.mark;
  return cursor === null && firstSync?.lane === place.lane && isSameRef(firstSync.after, place.after);
}

/** Else the same page would be asked for again, for ever. */
function getsOn(place: Place, {done, last}: Page): boolean {
  if (place.lane === 'all' || done) return true;
  return last != null && (place.after === null || isBefore(place.after, last));
}

function isBefore(a: Ref, b: Ref): boolean {
  return a.kind === b.kind ? a.id < b.id : a.kind < b.kind;
}

function isSameRef(a: Ref | null, b: Ref | null): boolean {
  return a?.kind === b?.kind && a?.id === b?.id;
}

function moved(state: ReplicaState, place: Place, page: Page): ReplicaState {
  if (place.lane === 'all') return {...state, cursor: page.next, pulledFrom: state.pulledFrom ?? place.after.seq};
  const next = progress(place, page);
  return next === null ? {...state, firstSync: null, cursor: place.head} : {...state, firstSync: next};
}

async function storeRows(ws: Workset, versions: readonly ServerVersion[], wallMs: number): Promise<void> {
  await ws.load(versions);
  await ws.load(versions.flatMap((version) => ownDeleted(ws, version).map((mine) => revisionRef(mine, 'restore'))));
  for (const version of versions) storeRow(ws, version, wallMs);
}

/** What this device alone has in "Recently deleted": where somebody brings the note back, that stays a revision. */
function ownDeleted(ws: Workset, ref: Ref): Version[] {
  const mine = isOwnDeleted(ws.entity(ref)) && keepsLosers(ref.kind) ? ws.version(ref) : undefined;
  return mine === undefined || mine.body === null || isErased(mine) ? [] : [mine];
}

function storeRow(ws: Workset, pulled: ServerVersion, wallMs: number): void {
  const row = ws.outbox(pulled);
  const entity = ws.entity(pulled);
  const version = withBodyFromHere(ws, pulled);
  if (isHere(ws, row, pulled)) {
    fillBody(ws, version);
    return;
  }
  if (row === undefined) {
    for (const mine of ownDeleted(ws, version))
      if (mine.hash !== version.hash) keepVersion(ws, mine, 'restore', wallMs);
    adopt(ws, version);
    if (isErased(version)) ws.setBody(version, EMPTY_HASH, new Uint8Array(0));
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
  if (hasBody(kind) && parts.body !== EMPTY_HASH) storeBody(ws, {kind, id, hash: parts.body, body});
}

/** A body that was left out is one that this replica has: stored, or with what waits. */
function withBodyFromHere(ws: Workset, version: ServerVersion): ServerVersion {
  if (version.body !== null) return version;
  const row = ws.outbox(version);
  const held = [ws.version(version), row?.baseVersion, row?.theirs].find(
    (one) => one?.parts.body === version.parts.body && one.body !== null,
  );
  const loose = ws.body(version);
  return {...version, body: held?.body ?? (loose?.hash === version.parts.body ? loose.body : null)};
}

interface DecodedBody extends Ref {
  readonly hash: string;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** In their order; null for what is damaged. */
async function decodeBodies(received: readonly LaneBody[], hashAll: HashAll): Promise<DecodedBody[]> {
  const decoded = received.map(({kind, body}) => (hasBody(kind) ? decodePart(body) : undefined));
  const hashes = await hashAll(decoded.map((bytes) => bytes ?? NO_BYTES));
  return received.map(({kind, id, hash}, i) => ({kind, id, hash, body: (hashes[i] === hash && decoded[i]) || null}));
}

/** A lane's body goes where it is named: to the stored head, to what waits, or loose until its head comes. */
function storeBody(ws: Workset, {kind, id, hash, body}: DecodedBody): void {
  if (body === null) return;
  const ref = {kind, id};
  const row = ws.outbox(ref);
  const fill = <T extends {readonly parts: {readonly body: string}; readonly body: DecodedBody['body']} | null>(
    version: T,
  ): T => (version?.parts.body === hash && version.body === null ? {...version, body} : version);
  if (row !== undefined) ws.setOutbox(ref, {...row, baseVersion: fill(row.baseVersion), theirs: fill(row.theirs)});
  const entity = ws.entity(ref);
  if (entity === undefined || entity.parts.body === hash || ws.body(ref)?.hash !== entity.parts.body)
    ws.setBody(ref, hash, body);
}
