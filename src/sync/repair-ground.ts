/**
 * Where a repair meets the server (design section 8). Within one history both are at one place, or nothing can be compared.
 * Where the server has another history than this device has seen, the device claims nothing and compares first; only the
 * transaction that finds both equal takes over the server's epoch and marks, even lower ones, so that a kill before it
 * begins the healing anew.
 */

import {ok, type Result, type SyncError} from '../../protocol/errors.ts';
import type {Position} from '../../protocol/messages.ts';
import type {EntityRow, ReplicaState, StoreTx} from './ports.ts';
import {ALL_BUCKETS, refsIn} from './recount.ts';
import {changeState} from './replica-state.ts';
import {askFloor, boundInCommon, notReturning, placeOf, withFloor} from './returning.ts';
import type {RoundPorts} from './round-ports.ts';
import {askedBy, historyOf, linkOf, type Standing, strangerIn, withSeen} from './standing.ts';

export interface Ground {
  /** What every request says of this device. */
  asked(state: ReplicaState): ReturnType<typeof askedBy>;
  /** Why an answer must not be stored. */
  strangerIn(state: ReplicaState, answer: Standing): SyncError | undefined;
  /** Whether an answer was read where this device is. */
  isAt(state: ReplicaState, answer: Standing): boolean;
  /** After an answer that brought something. */
  fetched(state: ReplicaState, answer: Standing): ReplicaState;
  /** After an answer to a request that gave something back; `before`: the head that its commit came after. */
  returned(state: ReplicaState, answer: Standing & {readonly before: number}): ReplicaState;
  /** Notes whether the server has forgotten deletions that this device doesn't know of; asked after what the server lacks. */
  lookAtFloor(ports: RoundPorts): Promise<Result<void>>;
  /** After both were found to hold the same. */
  equal(tx: StoreTx, state: ReplicaState, answer: Standing): Promise<ReplicaState>;
}

export const SAME_HISTORY: Ground = {
  asked: askedBy,
  strangerIn,
  isAt: ({cursor}, {head}) => cursor?.seq === head.seq && cursor.mark === head.mark,
  fetched: withSeen,
  returned(state, answer) {
    const {before, head} = answer;
    const cursor = state.cursor?.seq === before && head.seq > before ? head : state.cursor;
    return withSeen({...state, cursor}, answer);
  },
  async lookAtFloor(ports) {
    const link = linkOf(await ports.store.transaction('read', (tx) => tx.state()));
    if (!link.ok) return link;
    const asked = link.value;
    if ((asked.pulledFrom ?? null) === null) return ok(undefined); // nothing passed since the last look
    const floor = await askFloor(ports, asked, historyOf(asked));
    if (!floor.ok) return floor;
    await changeState(ports.store, (state) => withFloor(state, asked, floor.value));
    return ok(undefined);
  },
  equal: async (_tx, state) => notReturning(state),
};

export const OTHER_HISTORY: Ground = {
  asked: (state) => ({...askedBy(state), history: {epoch: null, cursor: null, seen: null}}),
  strangerIn: (state, answer) => strangerIn({...state, epoch: null}, answer),
  isAt: () => true,
  fetched: (state) => state,
  returned: (state) => state,
  async lookAtFloor(ports) {
    const link = linkOf(await ports.store.transaction('read', (tx) => tx.state()));
    if (!link.ok) return link;
    const place = placeOf(link.value);
    const floor = place === null ? null : await askFloor(ports, link.value, {epoch: null, cursor: place, seen: null});
    if (floor?.ok === false && floor.error.type !== 'other_history') return floor;
    const told = floor?.ok ? floor.value : null;
    await changeState(ports.store, (state) => ({
      ...state,
      returning: told === null ? null : boundInCommon(state, told),
    }));
    return ok(undefined);
  },
  async equal(tx, state, {epoch, head}) {
    await forgetPlacesAbove(tx, head);
    const cursor = state.cursor === null ? null : head;
    return {...notReturning(state), epoch, cursor, seen: head, firstSync: null};
  },
};

/** In the history that is over the server was further: what comes next in this one may not be taken for older. */
async function forgetPlacesAbove(tx: StoreTx, {seq}: Position): Promise<void> {
  const refs = [...(await refsIn(tx, ALL_BUCKETS)).values()].flat();
  const entities = await tx.entities(refs);
  const above = entities.flatMap((row) => (row?.known && row.known.seq > seq ? [withKnownAt(row, seq)] : []));
  await tx.putEntities(above);
  const outbox = await tx.outbox(refs);
  await tx.putOutbox(
    outbox.flatMap((row) => (row?.theirs && row.theirs.seq > seq ? [{...row, theirs: {...row.theirs, seq}}] : [])),
  );
}

function withKnownAt(row: EntityRow, seq: number): EntityRow {
  return row.known === null ? row : {...row, known: {...row.known, seq}};
}
