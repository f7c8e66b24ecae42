/**
 * A page of what a replica lacks, read in one snapshot.
 *
 * The lane `all` walks positions, not rows: a row stands at its seq, and a note whose body is older than its last change
 * stands at its bodySeq too. So a note that got a new text at 6 and a new title at 8 is sent, text included, by the page
 * that passes 6, and the page that passes 8 may leave the text out. Paging by seq alone would send it at 8 only, without
 * the text, to a replica whose cursor is at 7 and that never had it. Hence rows of a page may have a seq above `next`.
 *
 * 1. A replica whose cursor is c has the body of every note with bodySeq ≤ c.
 * 2. The same holds after the lanes of a first sync up to `until`: bodies are walked by bodySeq, so that a note renamed
 *    meanwhile, and therefore not in the lane of heads any more, still sends its body.
 */

import {refKey} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_PULL_ROWS, PULL_PAGE_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, LaneBody, PulledEntity} from '../../protocol/messages.ts';
import {encodePart} from '../../protocol/wire.ts';
import type {EntityRow, Place, StorageReads} from '../storage/port.ts';
import {encodeRow} from './encode.ts';
import {checkHistory, positionAt, readStanding} from './history.ts';
import type {CorePorts, Device} from './ports.ts';
import {isSound} from './sound.ts';

export async function pull(
  {storage, log}: CorePorts,
  {accountId}: Device,
  request: CallRequest<'pull'>,
): Promise<Result<CallAnswer<'pull'>>> {
  const {lane, after} = request;
  return storage.read(async (tx) => {
    const otherHistory = await checkHistory(tx, accountId, request.history);
    if (otherHistory !== undefined) return failed(otherHistory);
    const standing = await readStanding(tx, accountId);
    const until = Math.min(request.until ?? standing.head.seq, standing.head.seq);
    const places = await tx.places(accountId, {lane, after, until, limit: MAX_PULL_ROWS + 1});
    const page = cutPage(places, request);
    const done = page.length === places.length;
    const next = await positionAt(tx, accountId, done ? until : (page.at(-1)?.position ?? until));
    const total = lane === 'all' ? {} : {total: await tx.countPlaces(accountId, {lane, after, until})};
    const content = await readPage({tx, accountId, log}, page, request);
    return ok({...standing, ...content, next, done, ...total});
  });
}

/** Ends after the place that passes the limit of bytes, so that a page always gets on. */
function cutPage(places: readonly Place[], request: CallRequest<'pull'>): readonly Place[] {
  let bytes = 0;
  const end = places.findIndex((place, index) => {
    if (index >= MAX_PULL_ROWS || bytes >= PULL_PAGE_BYTES) return true;
    bytes += bytesOf(place, request);
    return false;
  });
  return end < 0 ? places : places.slice(0, end);
}

function bytesOf(place: Place, request: CallRequest<'pull'>): number {
  if (request.lane === 'bodies') return place.bodyBytes;
  return place.dataBytes + (carriesBody(place, request) ? place.bodyBytes : 0);
}

/** The replica has the body of a note whose bodySeq it has passed; see above. */
function carriesBody({kind, bodySeq}: Place, {lane, after}: CallRequest<'pull'>): boolean {
  return lane !== 'heads' && (kind !== 'note' || bodySeq > after);
}

interface PageReader {
  readonly tx: StorageReads;
  readonly accountId: string;
  readonly log: CorePorts['log'];
}

async function readPage(
  {tx, accountId, log}: PageReader,
  page: readonly Place[],
  request: CallRequest<'pull'>,
): Promise<{rows: PulledEntity[]; bodies: LaneBody[]}> {
  const placeByRef = new Map<string, Place>();
  for (const place of page) if (!placeByRef.has(refKey(place))) placeByRef.set(refKey(place), place);
  const rows: PulledEntity[] = [];
  const bodies: LaneBody[] = [];
  for (const place of placeByRef.values()) {
    const row = carriesBody(place, request) ? await tx.entity(accountId, place) : await tx.head(accountId, place);
    if (row === undefined) continue;
    if (!isSound(row))
      log('error', 'a stored row fails its own hash and is not served', {accountId, kind: row.kind, id: row.id});
    else if (request.lane === 'bodies') bodies.push(laneBodyOf(row));
    else rows.push(encodeRow(row));
  }
  return {rows, bodies};
}

function laneBodyOf({kind, id, parts, body}: EntityRow): LaneBody {
  return {kind, id, hash: parts.body, body: encodePart(body ?? new Uint8Array(0))};
}
