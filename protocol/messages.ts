/**
 * The messages between a replica and the server: one schema each, for both directions and both sides. Here are the calls and
 * their answers; requests.ts has what is asked, shapes.ts what both are made of. Unknown members are dropped, so that a newer
 * side may add some; a change of anything in the three raises the protocol version (messages.test.ts).
 */

import * as z from 'zod/mini';
import {REJECTION_TYPES, WIRE_ERROR_TYPES} from './errors.ts';
import type {historySchema, pushedEntitySchema, REQUESTS} from './requests.ts';
import {
  bucketIndex,
  count,
  hash,
  id,
  kind,
  type LANES,
  millis,
  part,
  positionSchema,
  refSchema,
  stamp,
  token,
  version,
} from './shapes.ts';

export const wireVersionSchema = z.object(version);
/**
 * `seq`: the server's position of this version. `displaced`: versions that were damaged on the server before this one took their
 * place, and that it wasn't made from; who has one of them whole keeps it as a conflict.
 */
export const pulledEntitySchema = z.object({...version, seq: count, displaced: z.optional(z.array(stamp))});

/** On every answer: whose, which history, and head and root read in one snapshot. */
const standing = {account: id, epoch: token, head: positionSchema, root: hash};

export const helloAnswerSchema = z.object({
  ...standing,
  floor: count,
  protocol: z.object({min: count, max: count}),
  t1: millis,
  t2: millis,
});

const judged = z.object({id, kind, stamp});
/** The conflict revision that the judging made, without data and body: the replica has the loser's. */
const madeRevision = z.object({id, stamp, hash, seq: count});

const rejectedVerdict = z.object({
  id: z.string(),
  kind: z.string(),
  stamp: z.string(),
  type: z.literal('rejected'),
  error: z.object({type: z.enum(REJECTION_TYPES), message: z.string()}),
});

export const pushVerdictSchema = z.discriminatedUnion('type', [
  /** The pushed version is the current one. `stamp` is the current stamp: another one where the content was there already. */
  z.object({...judged.shape, type: z.literal('applied'), currentStamp: stamp, seq: count}),
  /** Judged before, and no longer current. */
  z.object({...judged.shape, type: z.literal('superseded'), current: pulledEntitySchema, descends: z.boolean()}),
  /** `descendsFromBase`: the other side's version was made on top of the pushed base, so that a three-way merge is sound. */
  z.object({
    ...judged.shape,
    type: z.literal('won'),
    other: pulledEntitySchema,
    descendsFromBase: z.boolean(),
    seq: count,
    revision: z.nullable(madeRevision),
  }),
  z.object({
    ...judged.shape,
    type: z.literal('lost'),
    current: pulledEntitySchema,
    descendsFromBase: z.boolean(),
    revision: z.nullable(madeRevision),
  }),
  /**
   * Parts that were left out aren't here: send them along. Nothing was judged. (Left-out parts are filled from the current
   * version; those of a revision also from the current version of the entity that it is `of`.)
   */
  z.object({
    ...judged.shape,
    type: z.literal('parts_needed'),
    current: z.nullable(pulledEntitySchema),
    descendsFromBase: z.boolean(),
  }),
  rejectedVerdict,
]);

/** One verdict per pushed entity, in their order. `before`: the head that this push's commit came after. */
export const pushAnswerSchema = z.object({...standing, before: count, verdicts: z.array(pushVerdictSchema)});

const laneBody = z.object({kind, id, hash, body: part});
/**
 * `next`: in the lane `all` the cursor that storing this page makes. `last`, of the other lanes: the entity after which to go on; null
 * where nothing came. `total`: rows of the whole lane, on its first page.
 */
export const pullAnswerSchema = z.object({
  ...standing,
  rows: z.array(pulledEntitySchema),
  bodies: z.array(laneBody),
  next: positionSchema,
  last: z.optional(z.nullable(refSchema)),
  done: z.boolean(),
  total: z.optional(count),
});

/** Entities that the server doesn't have, or whose stored row fails its own hash, are left out. */
export const fetchAnswerSchema = z.object({...standing, rows: z.array(pulledEntitySchema)});

/**
 * 256 bucket digests of 16 bytes each, in order, as one base64url text. `stale`: where, after `recompute`, the digest that is
 * kept says something else.
 */
export const bucketsAnswerSchema = z.object({
  ...standing,
  digests: z.string(),
  stale: z.optional(z.array(bucketIndex)),
});

/**
 * `rows`: entities whose leaves the replica lacks, up to a page; `lacking`: its prefixes that the server doesn't have, or has
 * damaged; `damaged`: entities that both lack, as the server's rows fail their own hash; `lossy`: those of the buckets asked
 * about of which the server lost rows, now or ever: what it lacks in them needn't have been deleted.
 */
export const itemsAnswerSchema = z.object({
  ...standing,
  rows: z.array(pulledEntitySchema),
  lacking: z.array(z.string()),
  damaged: z.array(refSchema),
  lossy: z.array(bucketIndex),
  done: z.boolean(),
});

export const repairVerdictSchema = z.discriminatedUnion('type', [
  /** The server has this version now, at `seq`. */
  z.object({...judged.shape, type: z.literal('stored'), seq: count}),
  /** The server's stays: it is sound, and higher or as high. */
  z.object({...judged.shape, type: z.literal('kept'), current: pulledEntitySchema}),
  rejectedVerdict,
]);
/** One verdict per entity, in their order. `before`: the head that this repair's commit came after, if it made one. */
export const repairAnswerSchema = z.object({...standing, before: count, verdicts: z.array(repairVerdictSchema)});

export const pokeSchema = z.object(standing);

export const statusAnswerSchema = z.object({
  app: z.literal('aster'),
  version: z.string(),
  initialized: z.boolean(),
  protocol: z.object({min: count, max: count}),
  timeMs: millis,
});

export const sessionAnswerSchema = z.object({
  token,
  account: z.object({id, username: z.string()}),
  device: z.object({id, name: z.string()}),
});

export const errorAnswerSchema = z.object({
  error: z.object({
    type: z.enum(WIRE_ERROR_TYPES),
    message: z.string(),
    retryAfterMs: z.optional(z.number()),
    side: z.optional(z.enum(['app', 'server'])),
  }),
});

/** Every call: its route below `/api`, method and answer. */
export const CALLS = {
  status: {method: 'GET', path: 'status', access: 'public', answer: statusAnswerSchema},
  setup: {method: 'POST', path: 'setup', access: 'public', answer: sessionAnswerSchema},
  login: {method: 'POST', path: 'login', access: 'public', answer: sessionAnswerSchema},
  hello: {method: 'POST', path: 'sync/hello', access: 'device', answer: helloAnswerSchema},
  push: {method: 'POST', path: 'sync/push', access: 'device', answer: pushAnswerSchema},
  pull: {method: 'POST', path: 'sync/pull', access: 'device', answer: pullAnswerSchema},
  fetch: {method: 'POST', path: 'sync/fetch', access: 'device', answer: fetchAnswerSchema},
  buckets: {
    method: 'POST',
    path: 'sync/buckets',
    access: 'device',
    answer: bucketsAnswerSchema,
  },
  items: {method: 'POST', path: 'sync/items', access: 'device', answer: itemsAnswerSchema},
  repair: {
    method: 'POST',
    path: 'sync/repair',
    access: 'device',
    answer: repairAnswerSchema,
  },
} as const;
export type CallName = keyof typeof CALLS;
/** The event stream of pokes: `GET /api/pokes` with a bearer token; each event's data is a pokeSchema. */
export const POKES_PATH = 'pokes';

type RequestOf<S> = S extends z.ZodMiniType ? z.infer<S> : null;
export type CallRequest<N extends CallName> = RequestOf<(typeof REQUESTS)[N]>;
export type CallAnswer<N extends CallName> = z.infer<(typeof CALLS)[N]['answer']>;

export type Position = z.infer<typeof positionSchema>;
export type History = z.infer<typeof historySchema>;
export type WireVersion = z.infer<typeof wireVersionSchema>;
export type PushedEntity = z.infer<typeof pushedEntitySchema>;
export type PulledEntity = z.infer<typeof pulledEntitySchema>;
export type PushVerdict = z.infer<typeof pushVerdictSchema>;
export type RepairVerdict = z.infer<typeof repairVerdictSchema>;
export type LaneBody = z.infer<typeof laneBody>;
export type Lane = (typeof LANES)[number];
export type Poke = z.infer<typeof pokeSchema>;
export type WirePart = z.infer<typeof part>;
export type Session = z.infer<typeof sessionAnswerSchema>;
