/**
 * From where a page is asked: the ordinary pull by cursor, a first sync by lane and entity; and what comes after it (design
 * section 5.3 and "First sync").
 */

import {compareRefs, type Ref} from '../../protocol/entity.ts';
import type {CallAnswer, CallRequest, Position} from '../../protocol/messages.ts';
import {LANES} from '../../protocol/shapes.ts';
import type {FirstSync, ReplicaState} from './ports.ts';
import {askedBy, type LinkedState} from './standing.ts';

type Page = CallAnswer<'pull'>;

/** Where a page was asked from: ordinary pull by cursor, a first sync by lane and entity. */
export type Place = {readonly lane: 'all'; readonly after: Position} | FirstSync;

/** Starts a first sync where this device has none, up to the head that hello told. An empty account needs none. */
export function withFirstSync(state: ReplicaState, head: Position): ReplicaState {
  if (state.cursor !== null || state.firstSync !== null) return state;
  return head.seq === 0 ? {...state, cursor: head} : {...state, firstSync: firstSyncTo(head)};
}

export function firstSyncTo(head: Position): FirstSync {
  return {head, lane: 'heads', after: null, received: 0, total: 0};
}

export function requestOf(state: LinkedState, from: Place): CallRequest<'pull'> {
  if (from.lane === 'all') return {...askedBy(state), lane: from.lane, after: from.after.seq};
  return {...askedBy(state), lane: from.lane, after: from.after, until: from.head.seq};
}

export function placeOf({cursor, firstSync}: LinkedState): Place | null {
  if (cursor !== null) return {lane: 'all', after: cursor};
  return firstSync;
}

/** From where the page after this one is asked; null after the last. */
export function nextPlace(place: Place, page: Page): Place | null {
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

export function isStillAt({cursor, firstSync}: ReplicaState, place: Place): boolean {
  if (place.lane === 'all') return cursor?.seq === place.after.seq && cursor.mark === place.after.mark;
  return cursor === null && firstSync?.lane === place.lane && isSameRef(firstSync.after, place.after);
}

/** Else the same page would be asked for again, for ever. */
export function getsOn(place: Place, {done, last, next}: Page): boolean {
  if (done) return true;
  if (place.lane === 'all') return next.seq > place.after.seq;
  return last != null && (place.after === null || compareRefs(place.after, last) < 0);
}

function isSameRef(a: Ref | null, b: Ref | null): boolean {
  return a?.kind === b?.kind && a?.id === b?.id;
}

/** `bytes`: of what came with the page. */
export function moved(state: ReplicaState, place: Place, page: Page, bytes: number): ReplicaState {
  if (place.lane === 'all') return {...state, cursor: page.next, pulledFrom: state.pulledFrom ?? place.after.seq};
  const next = progress(place, page);
  if (next === null) return {...state, firstSync: null, cursor: place.head};
  return {...state, firstSync: {...next, bytes: (state.firstSync?.bytes ?? 0) + bytes}};
}
