/**
 * A page of what a replica lacks, read in one snapshot.
 *
 * The lane `all` walks positions, not rows: a row stands at its seq, and a note whose body is older than its last change
 * stands at its bodySeq too. So a note that got a new text at 6 and a new title at 8 is sent, text included, by the page
 * that passes 6, and the page that passes 8 may leave the text out. Paging by seq alone would send it at 8 only, without
 * the text, to a replica whose cursor is at 7 and that never had it. Hence rows of a page may have a seq above `next`.
 *
 * The lanes of a first sync walk what is there at `until`, by kind and id (ADR 21): what changes meanwhile leaves the lane and
 * comes with the ordinary pull after `until`.
 *
 * 1. A replica whose cursor is c has the body of every note with bodySeq ≤ c.
 * 2. The same holds after the lanes of a first sync: bodies are there by bodySeq, so that a note renamed meanwhile, and
 *    therefore not in the lane of heads any more, still sends its body.
 */

import {refKey} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_PULL_ROWS, PULL_PAGE_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, LaneBody, PulledEntity} from '../../protocol/messages.ts';
import {encodePart} from '../../protocol/wire.ts';
import type {EntityRow, Place, StorageReads} from '../storage/port.ts';
import {readDisplaced} from './displaced.ts';
import {encodeRow} from './encode.ts';
import {checkHistory, positionAt, readStanding} from './history.ts';
import type {CorePorts, Device} from './ports.ts';
import {isSound} from './sound.ts';

type Request = CallRequest<'pull'>;
type LaneRequest = Exclude<Request, {readonly lane: 'all'}>;
type Page = Omit<CallAnswer<'pull'>, keyof Awaited<ReturnType<typeof readStanding>>>;

interface PageReader {
  readonly tx: StorageReads;
  readonly accountId: string;
  readonly log: CorePorts['log'];
  readonly headSeq: number;
}

export async function pull(
  {storage, log}: CorePorts,
  {accountId}: Device,
  request: Request,
): Promise<Result<CallAnswer<'pull'>>> {
  return storage.read(async (tx) => {
    const otherHistory = await checkHistory(tx, accountId, request.history);
    if (otherHistory !== undefined) return failed(otherHistory);
    const standing = await readStanding(tx, accountId);
    const reader = {tx, accountId, log, headSeq: standing.head.seq};
    const page = request.lane === 'all' ? await readChanges(reader, request.after) : await readLane(reader, request);
    return ok({...standing, ...page});
  });
}

async function readChanges(reader: PageReader, after: number): Promise<Page> {
  const {tx, accountId, headSeq} = reader;
  const places = await tx.places(accountId, {after, until: headSeq, limit: MAX_PULL_ROWS + 1});
  const page = cutPage(places, after);
  const done = page.length === places.length;
  const next = await positionAt(tx, accountId, done ? headSeq : (page.at(-1)?.position ?? headSeq));
  return {rows: await readPlaces(reader, page, after), bodies: [], next, done};
}

async function readLane(reader: PageReader, {lane, after, until: asked}: LaneRequest): Promise<Page> {
  const {tx, accountId, headSeq} = reader;
  const until = Math.min(asked, headSeq);
  const query = {lane, after, until, maxRows: MAX_PULL_ROWS, maxBytes: PULL_PAGE_BYTES};
  const found = await tx.laneRows(accountId, query);
  const end = found.at(-1);
  const last = end === undefined ? null : {kind: end.kind, id: end.id};
  const isFull = found.length === MAX_PULL_ROWS || bytesIn(found) >= PULL_PAGE_BYTES;
  const sound = found.filter((row) => isServed(reader, row));
  const content =
    lane === 'bodies'
      ? {rows: [], bodies: sound.map(laneBodyOf)}
      : {rows: sound.map((row) => encodeRow(row)), bodies: []};
  const total = after === null ? {total: await tx.countLane(accountId, {lane, until})} : {};
  return {...content, next: await positionAt(tx, accountId, until), last, done: !isFull, ...total};
}

function bytesIn(rows: readonly EntityRow[]): number {
  return rows.reduce((bytes, {data, body}) => bytes + data.length + (body?.length ?? 0), 0);
}

/** Ends after the place that passes the limit of bytes, so that a page always gets on. */
function cutPage(places: readonly Place[], after: number): readonly Place[] {
  let bytes = 0;
  const end = places.findIndex((place, index) => {
    if (index >= MAX_PULL_ROWS || bytes >= PULL_PAGE_BYTES) return true;
    bytes += place.dataBytes + (carriesBody(place, after) ? place.bodyBytes : 0);
    return false;
  });
  return end < 0 ? places : places.slice(0, end);
}

/** The replica has the body of a note whose bodySeq it has passed; see above. */
function carriesBody({kind, bodySeq}: Place, after: number): boolean {
  return kind !== 'note' || bodySeq > after;
}

async function readPlaces(reader: PageReader, page: readonly Place[], after: number): Promise<PulledEntity[]> {
  const {tx, accountId} = reader;
  const placeByRef = new Map<string, Place>();
  for (const place of page) if (!placeByRef.has(refKey(place))) placeByRef.set(refKey(place), place);
  const displacedBy = await readDisplaced(tx, accountId);
  const rows: PulledEntity[] = [];
  for (const place of placeByRef.values()) {
    const row = carriesBody(place, after) ? await tx.entity(accountId, place) : await tx.head(accountId, place);
    if (row !== undefined && isServed(reader, row)) rows.push(encodeRow(row, {}, await displacedBy(row)));
  }
  return rows;
}

function isServed({log, accountId}: PageReader, row: EntityRow): boolean {
  if (isSound(row)) return true;
  log('error', 'a stored row fails its own hash and is not served', {accountId, kind: row.kind, id: row.id});
  return false;
}

function laneBodyOf({kind, id, parts, body}: EntityRow): LaneBody {
  return {kind, id, hash: parts.body, body: encodePart(body ?? new Uint8Array(0))};
}
