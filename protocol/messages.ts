/**
 * The messages between a replica and the server: one schema each, for both directions and both sides. Unknown members are
 * dropped, so that a newer side may add some; a change of anything here raises the protocol version (messages.test.ts).
 * Bytes travel as text where they are valid UTF-8, else as base64url; see wire.ts.
 */

import * as z from 'zod/mini';
import {BUCKET_COUNT} from './digest.ts';
import {CONFLICT_STATES, KINDS, REVISION_REASONS} from './entity.ts';
import {REJECTION_TYPES, WIRE_ERROR_TYPES} from './errors.ts';
import {HASH_PATTERN} from './hash.ts';
import {ID_PATTERN} from './ids.ts';
import {
  MAX_FETCH_REFS,
  MAX_NAME_CHARS,
  MAX_PASSWORD_CHARS,
  MAX_PUSH_ENTITIES,
  MAX_SENT_STAMPS,
  MIN_PASSWORD_CHARS,
} from './limits.ts';
import {STAMP_PATTERN} from './stamp.ts';

const id = z.string().check(z.regex(ID_PATTERN));
const hash = z.string().check(z.regex(HASH_PATTERN));
const stamp = z.string().check(z.regex(STAMP_PATTERN));
const token = z.string().check(z.regex(/^[A-Za-z0-9_-]{8,128}$/));
const count = z.int().check(z.nonnegative());
const millis = z.number();
const name = z.string().check(z.minLength(1), z.maxLength(MAX_NAME_CHARS));
const kind = z.enum(KINDS);

export const refSchema = z.object({kind, id});

export const metaSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('revision'),
    of: id,
    ofKind: kind,
    stamp,
    reason: z.enum(REVISION_REASONS),
    state: z.optional(z.enum(CONFLICT_STATES)),
    wasDeleted: z.optional(z.literal(true)),
  }),
  z.object({type: z.literal('tombstone'), eraseAfterMs: count, of: z.optional(id)}),
]);

/** Text for valid UTF-8, else base64url. Left out: the receiver has the part, or there is none (its hash says which). */
const part = z.union([z.string(), z.object({base64: z.string()})]);

/** Hashes of the parts that exist; a part left out here is empty. */
const partHashes = z.object({meta: z.optional(hash), data: z.optional(hash), body: z.optional(hash)});

const version = {
  kind,
  id,
  stamp,
  deleted: z.optional(z.literal(true)),
  hash,
  parts: partHashes,
  meta: z.optional(metaSchema),
  data: z.optional(part),
  body: z.optional(part),
};

export const wireVersionSchema = z.object(version);
export const pushedEntitySchema = z.object({
  ...version,
  base: z.nullable(stamp),
  sent: z.array(stamp).check(z.maxLength(MAX_SENT_STAMPS)),
});
/** `seq`: the server's position of this version. */
export const pulledEntitySchema = z.object({...version, seq: count});

/** A position in the account's history and the random name of the commit that made it. */
export const positionSchema = z.object({seq: count, mark: token});

/** What a replica knows of the server's history; null before its first contact. */
const history = z.object({
  epoch: z.nullable(token),
  cursor: z.nullable(positionSchema),
  seen: z.nullable(positionSchema),
});

const asked = {protocol: count, replica: id, history};

/** On every answer: whose, which history, and head and root read in one snapshot. */
const standing = {account: id, epoch: token, head: positionSchema, root: hash};

export const helloRequestSchema = z.object({
  protocol: z.object({min: count, max: count}),
  replica: id,
  history,
  t0: millis,
});
export const helloAnswerSchema = z.object({
  ...standing,
  floor: count,
  protocol: z.object({min: count, max: count}),
  t1: millis,
  t2: millis,
});

export const pushRequestSchema = z.object({
  ...asked,
  entities: z.array(z.unknown()).check(z.minLength(1), z.maxLength(MAX_PUSH_ENTITIES)),
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

/** The lanes of a first sync, in their order. */
export const LANES = ['heads', 'bodies', 'revisions'] as const;
/**
 * `all`: everything after a position, in the order of positions. A lane: what was there at `until`, by kind and id, after that
 * entity; so that a replica that stores neighbours together never has to open what it has stored.
 */
export const pullRequestSchema = z.discriminatedUnion('lane', [
  z.object({...asked, lane: z.literal('all'), after: count}),
  z.object({...asked, lane: z.enum(LANES), after: z.nullable(refSchema), until: count}),
]);
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

export const fetchRequestSchema = z.object({
  ...asked,
  refs: z.array(refSchema).check(z.minLength(1), z.maxLength(MAX_FETCH_REFS)),
});
/** Entities that the server doesn't have, or whose stored row fails its own hash, are left out. */
export const fetchAnswerSchema = z.object({...standing, rows: z.array(pulledEntitySchema)});

const bucketIndex = z.int().check(z.minimum(0), z.maximum(BUCKET_COUNT - 1));
/** `recompute`: from the stored data, not from the digest that is kept with it. */
export const bucketsRequestSchema = z.object({...asked, recompute: z.optional(z.literal(true))});
/**
 * 256 bucket digests of 16 bytes each, in order, as one base64url text. `stale`: where, after `recompute`, the digest that is
 * kept says something else.
 */
export const bucketsAnswerSchema = z.object({
  ...standing,
  digests: z.string(),
  stale: z.optional(z.array(bucketIndex)),
});

/** `prefixes`: the leaf prefixes (8 bytes each, base64url) that the replica counts in this bucket. */
export const itemsRequestSchema = z.object({
  ...asked,
  buckets: z
    .array(z.object({bucket: bucketIndex, prefixes: z.array(z.string())}))
    .check(z.minLength(1), z.maxLength(BUCKET_COUNT)),
});
/**
 * `rows`: entities whose leaves the replica lacks, up to a page; `lacking`: its prefixes that the server doesn't have, or has
 * damaged; `damaged`: entities that both lack, as the server's rows fail their own hash.
 */
export const itemsAnswerSchema = z.object({
  ...standing,
  rows: z.array(pulledEntitySchema),
  lacking: z.array(z.string()),
  damaged: z.array(refSchema),
  done: z.boolean(),
});

/** `entities`: pulledEntitySchema each, whole, with their old stamps; `buckets`: made anew from the server's rows first. */
export const repairRequestSchema = z.object({
  ...asked,
  buckets: z.array(bucketIndex).check(z.maxLength(BUCKET_COUNT)),
  entities: z.array(z.unknown()).check(z.maxLength(MAX_PUSH_ENTITIES)),
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

const username = name;
const password = z.string().check(z.minLength(1), z.maxLength(MAX_PASSWORD_CHARS));
export const loginRequestSchema = z.object({username, password, code: z.optional(z.string()), deviceName: name});
export const setupRequestSchema = z.object({
  setupCode: z.string().check(z.minLength(1), z.maxLength(MAX_NAME_CHARS)),
  username,
  password: z.string().check(z.minLength(MIN_PASSWORD_CHARS), z.maxLength(MAX_PASSWORD_CHARS)),
  deviceName: name,
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

/** Every call: its route below `/api`, method, request and answer. */
export const CALLS = {
  status: {method: 'GET', path: 'status', access: 'public', request: null, answer: statusAnswerSchema},
  setup: {method: 'POST', path: 'setup', access: 'public', request: setupRequestSchema, answer: sessionAnswerSchema},
  login: {method: 'POST', path: 'login', access: 'public', request: loginRequestSchema, answer: sessionAnswerSchema},
  hello: {method: 'POST', path: 'sync/hello', access: 'device', request: helloRequestSchema, answer: helloAnswerSchema},
  push: {method: 'POST', path: 'sync/push', access: 'device', request: pushRequestSchema, answer: pushAnswerSchema},
  pull: {method: 'POST', path: 'sync/pull', access: 'device', request: pullRequestSchema, answer: pullAnswerSchema},
  fetch: {method: 'POST', path: 'sync/fetch', access: 'device', request: fetchRequestSchema, answer: fetchAnswerSchema},
  buckets: {
    method: 'POST',
    path: 'sync/buckets',
    access: 'device',
    request: bucketsRequestSchema,
    answer: bucketsAnswerSchema,
  },
  items: {method: 'POST', path: 'sync/items', access: 'device', request: itemsRequestSchema, answer: itemsAnswerSchema},
  repair: {
    method: 'POST',
    path: 'sync/repair',
    access: 'device',
    request: repairRequestSchema,
    answer: repairAnswerSchema,
  },
} as const;
export type CallName = keyof typeof CALLS;
/** The event stream of pokes: `GET /api/pokes` with a bearer token; each event's data is a pokeSchema. */
export const POKES_PATH = 'pokes';

type RequestOf<C> = C extends {request: infer S} ? (S extends z.ZodMiniType ? z.infer<S> : null) : never;
export type CallRequest<N extends CallName> = RequestOf<(typeof CALLS)[N]>;
export type CallAnswer<N extends CallName> = z.infer<(typeof CALLS)[N]['answer']>;

export type Position = z.infer<typeof positionSchema>;
export type History = z.infer<typeof history>;
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
