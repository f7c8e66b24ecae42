/**
 * Pull: pages of what others changed, in the server's order (design section 5.3 and "First sync"). A page, its digest and
 * the place from which to go on are one transaction, stored only if that place is still the one it was asked with. An
 * older seq never overwrites a newer ◆; an entity with an outbox row only learns of `theirs`: the push decides.
 */

import {compareRefs, hasBody, isErased, keepsLosers, type Ref, refKey, type Version} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {MAX_FETCH_REFS} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, LaneBody, Position} from '../../protocol/messages.ts';
import {LANES} from '../../protocol/shapes.ts';
import {decodePart} from '../../protocol/wire.ts';
import {bringBack, findNeeded, loadOriginals} from './bring-back.ts';
import {countsAsAbsent, damagedParts, isOwnDeleted} from './inspect.ts';
import {keepVersion, revisionRef, type Writing, writingBy} from './local-version.ts';
import type {BodyRow, FirstSync, HashAll, OutboxRow, ReplicaState, StoreTx} from './ports.ts';
import type {RoundPorts} from './round.ts';
import {
  askedBy,
  callOptions,
  isPausedSince,
  type LinkedState,
  linkOf,
  type Standing,
  strangerIn,
  withSeen,
} from './standing.ts';
import {acknowledge, adopt, decodeServerVersion, knownOf, type ServerVersion} from './verdict.ts';
import {Workset} from './workset.ts';

type Page = CallAnswer<'pull'>;

/** Where a page was asked from: ordinary pull by cursor, a first sync by lane and entity. */
type Place = {readonly lane: 'all'; readonly after: Position} | FirstSync;

/** A page whose rows are what they name; `bodies` without those that aren't. */
interface CheckedPage {
  readonly page: Page;
  readonly versions: readonly ServerVersion[];
  readonly bodies: readonly BodyRow[];
}

/**
 * Pulls until the cursor is at the head that the last page was read with, or sync is paused; the standing of the last page. `state`: as
 * it is now.
 */
export async function pullAll(ports: RoundPorts, state: ReplicaState | undefined): Promise<Result<Standing>> {
  const link = linkOf(state);
  if (!link.ok) return link;
  const place = placeOf(link.value);
  if (place === null) return failed({type: 'server_error', message: 'a pull without a cursor'});
  const pages = new PagesAhead(ports, link.value);
  let asked = pages.ask(place);
  for (;;) {
    const {place, answer, next} = await asked;
    if (!answer.ok) return answer;
    const texts = await fetchAbsent(ports, place, answer.value.versions);
    if (!texts.ok) return texts;
    const stored = await storePage(ports, place, answer.value);
    if (!stored.ok) return stored;
    if (next === null || isPausedSince(state, stored.value)) return ok(answer.value.page);
    pages.goOn(stored.value);
    asked = next;
  }
}

/** Starts a first sync where this device has none, up to the head that hello told. An empty account needs none. */
export function withFirstSync(state: ReplicaState, head: Position): ReplicaState {
  if (state.cursor !== null || state.firstSync !== null) return state;
  return head.seq === 0 ? {...state, cursor: head} : {...state, firstSync: firstSyncTo(head)};
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
      writingBy(now, ports.time.wallMs()),
    );
    await ws.flush();
    return ok(undefined);
  });
}

/**
 * Texts that the server leaves out, as this device had them, and that aren't here: what was erased in a history that is over may be
 * back in this one.
 */
async function fetchAbsent(ports: RoundPorts, place: Place, versions: readonly ServerVersion[]): Promise<Result<void>> {
  if (place.lane !== 'all') return ok(undefined); // lanes bring texts apart
  const leftOut = versions.filter(({kind, parts, body}) => hasBody(kind) && body === null && parts.body !== EMPTY_HASH);
  if (leftOut.length === 0) return ok(undefined);
  const bodies = await ports.store.transaction('read', (tx) => tx.bodies(leftOut));
  const absent = leftOut.filter(({parts}, i) => bodies[i]?.hash !== parts.body);
  for (let at = 0; at < absent.length; at += MAX_FETCH_REFS) {
    const fetched = await fetchEntities(ports, absent.slice(at, at + MAX_FETCH_REFS));
    if (!fetched.ok) return fetched;
  }
  return ok(undefined);
}

interface Asked {
  readonly place: Place;
  readonly answer: Result<CheckedPage>;
  /** Of the page after it; null after the last, and where this one failed. */
  readonly next: Promise<Asked> | null;
}

const MAX_PAGES_AHEAD = 2;

/**
 * While a page is stored, the next ones are on their way and checked: each is asked for as soon as the one before it is answered,
 * at most two before the one that is being stored.
 */
class PagesAhead {
  readonly #ports: RoundPorts;
  #link: LinkedState;
  #free = 1 + MAX_PAGES_AHEAD;
  #resume = () => {};

  constructor(ports: RoundPorts, link: LinkedState) {
    this.#ports = ports;
    this.#link = link;
  }

  async ask(place: Place): Promise<Asked> {
    if (this.#free === 0) await new Promise<void>((resolve) => (this.#resume = resolve));
    this.#free -= 1;
    const answer = await this.#ports.transport.call('pull', requestOf(this.#link, place), callOptions(this.#link));
    if (!answer.ok) return {place, answer, next: null};
    const onward = nextPlace(place, answer.value);
    const next = onward === null ? null : this.ask(onward);
    next?.catch(() => undefined); // told where it is awaited
    return {place, answer: await checkPage(this.#ports, answer.value), next};
  }

  /** One more is stored; with what the server is to be asked by from now on. */
  goOn(link: LinkedState): void {
    this.#link = link;
    this.#free += 1;
    this.#resume();
  }
}

async function checkPage({hashAll}: RoundPorts, page: Page): Promise<Result<CheckedPage>> {
  const versions = page.rows.map(decodeServerVersion);
  const damaged = page.rows.find((_, i) => versions[i] === 'damaged');
  if (damaged) return failed({type: 'server_error', message: `${damaged.kind} ${damaged.id} arrived damaged`});
  return ok({page, versions: versions as ServerVersion[], bodies: await soundBodies(page.bodies, hashAll)});
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

/** By what the server is to be asked from now on. */
async function storePage({store, time}: RoundPorts, place: Place, checked: CheckedPage): Promise<Result<LinkedState>> {
  const {page} = checked;
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = strangerIn(state, page);
    if (stranger !== undefined) return failed(stranger);
    if (!isStillAt(state, place)) return linkOf(state);
    if (!getsOn(place, page))
      return failed({type: 'server_error', message: 'a page that isn’t the last names no next one'});
    await storeContent({tx, place, writing: writingBy(state, time.wallMs())}, checked);
    const next = withSeen(moved(state, place, page), page);
    await tx.putState(next);
    return linkOf(next);
  });
}

async function storeContent(
  {tx, place, writing}: {readonly tx: StoreTx; readonly place: Place; readonly writing: Writing},
  {versions, bodies}: CheckedPage,
): Promise<void> {
  const ws = new Workset(tx);
  const others = await storeFirstBodies(tx, bodies);
  await ws.load(others);
  await storeRows(ws, versions, writing);
  for (const body of others) storeBody(ws, body, body);
  await ws.flush(place.lane === 'all' ? 'row by row' : 'packing');
}

/**
 * Where no body is stored and nothing waits, one that comes needs no look at its head: so it is with nearly all of a first sync.
 * Returns the others.
 */
async function storeFirstBodies(tx: StoreTx, bodies: readonly BodyRow[]): Promise<BodyRow[]> {
  if (bodies.length === 0) return [];
  const received = [...new Map(bodies.map((body) => [refKey(body), body])).values()];
  const [stored, waiting] = [await tx.bodies(received), await tx.outbox(received)];
  const isFirst = ({hash}: BodyRow, i: number) => hash !== EMPTY_HASH && !stored[i] && !waiting[i];
  const first = received.filter(isFirst);
  if (first.length > 0) await tx.packBodies(first);
  return received.filter((body, i) => !isFirst(body, i));
}

function isStillAt({cursor, firstSync}: ReplicaState, place: Place): boolean {
  if (place.lane === 'all') return cursor?.seq === place.after.seq && cursor.mark === place.after.mark;
  return cursor === null && firstSync?.lane === place.lane && isSameRef(firstSync.after, place.after);
}

/** Else the same page would be asked for again, for ever. */
function getsOn(place: Place, {done, last, next}: Page): boolean {
  if (done) return true;
  if (place.lane === 'all') return next.seq > place.after.seq;
  return last != null && (place.after === null || compareRefs(place.after, last) < 0);
}

function isSameRef(a: Ref | null, b: Ref | null): boolean {
  return a?.kind === b?.kind && a?.id === b?.id;
}

function moved(state: ReplicaState, place: Place, page: Page): ReplicaState {
  if (place.lane === 'all') return {...state, cursor: page.next, pulledFrom: state.pulledFrom ?? place.after.seq};
  const next = progress(place, page);
  return next === null ? {...state, firstSync: null, cursor: place.head} : {...state, firstSync: next};
}

async function storeRows(ws: Workset, versions: readonly ServerVersion[], writing: Writing): Promise<void> {
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

/** In their order, without those that are damaged. */
async function soundBodies(received: readonly LaneBody[], hashAll: HashAll): Promise<BodyRow[]> {
  const decoded = received.flatMap(({kind, id, hash, body: part}) => {
    const body = hasBody(kind) ? decodePart(part) : undefined;
    return body === undefined ? [] : [{kind, id, hash, body}];
  });
  const hashes = await hashAll(decoded.map(({body}) => body));
  return decoded.filter(({hash}, i) => hashes[i] === hash);
}

/** A lane's body goes where it is named: to the stored head, to what waits, or loose until its head comes. */
function storeBody(ws: Workset, ref: Ref, {hash, body}: Pick<BodyRow, 'hash' | 'body'>): void {
  const row = ws.outbox(ref);
  const fill = <T extends {readonly parts: {readonly body: string}; readonly body: Version['body']} | null>(
    version: T,
  ): T => (version?.parts.body === hash && version.body === null ? {...version, body} : version);
  if (row !== undefined) ws.setOutbox(ref, {...row, baseVersion: fill(row.baseVersion), theirs: fill(row.theirs)});
  const entity = ws.entity(ref);
  if (entity === undefined || entity.parts.body === hash || ws.body(ref)?.hash !== entity.parts.body)
    ws.setBody(ref, hash, body);
}
