/**
 * What replicas ask: one schema for each call of messages.ts. Only the server reads requests, so these are apart from the
 * answers: page and worker take the types from here and carry none of it (ADR 22).
 */

import * as z from 'zod/mini';
import {BUCKET_COUNT, LEAF_PREFIX_BYTES} from './digest.ts';
import {
  MAX_FETCH_REFS,
  MAX_NAME_CHARS,
  MAX_PASSWORD_CHARS,
  MAX_PUSH_ENTITIES,
  MAX_SENT_STAMPS,
  MIN_PASSWORD_CHARS,
} from './limits.ts';
import {bucketIndex, count, id, LANES, millis, positionSchema, refSchema, stamp, token, version} from './shapes.ts';

/** What a replica knows of the server's history; null before its first contact. */
export const historySchema = z.object({
  epoch: z.nullable(token),
  cursor: z.nullable(positionSchema),
  seen: z.nullable(positionSchema),
});

const asked = {protocol: count, replica: id, history: historySchema};

const helloRequestSchema = z.object({
  protocol: z.object({min: count, max: count}),
  replica: id,
  history: historySchema,
  t0: millis,
});

export const pushedEntitySchema = z.object({
  ...version,
  base: z.nullable(stamp),
  sent: z.array(stamp).check(z.maxLength(MAX_SENT_STAMPS)),
});
/** `entities`: a pushedEntitySchema each, read one by one: a malformed one is rejected, the others aren't. */
const pushRequestSchema = z.object({
  ...asked,
  entities: z.array(z.unknown()).check(z.minLength(1), z.maxLength(MAX_PUSH_ENTITIES)),
});

/**
 * `all`: everything after a position, in the order of positions. A lane: what was there at `until`, by kind and id, after that
 * entity; so that a replica that stores neighbours together never has to open what it has stored (ADR 21).
 */
const pullRequestSchema = z.discriminatedUnion('lane', [
  z.object({...asked, lane: z.literal('all'), after: count}),
  z.object({...asked, lane: z.enum(LANES), after: z.nullable(refSchema), until: count}),
]);

const fetchRequestSchema = z.object({
  ...asked,
  refs: z.array(refSchema).check(z.minLength(1), z.maxLength(MAX_FETCH_REFS)),
});

/** `recompute`: from the stored data, not from the digest that is kept with it. */
const bucketsRequestSchema = z.object({...asked, recompute: z.optional(z.literal(true))});

const PREFIX_CHARS = Math.ceil((LEAF_PREFIX_BYTES * 4) / 3);
/** Not member by member: a request has room for millions, and each of another kind would cost a message of its own. */
const prefixes = z.custom<readonly string[]>(
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string' && one.length === PREFIX_CHARS),
);

/** `prefixes`: the leaf prefixes (8 bytes each, base64url) that the replica counts in this bucket. */
const itemsRequestSchema = z.object({
  ...asked,
  buckets: z.array(z.object({bucket: bucketIndex, prefixes})).check(z.minLength(1), z.maxLength(BUCKET_COUNT)),
});

/** `seq`: where the replica had got it. What else a pull tells with a version says something of the server, and isn't read. */
export const returnedEntitySchema = z.object({...version, seq: count});
/** `entities`: a returnedEntitySchema each, whole, with their old stamps; `buckets`: made anew from the server's rows first. */
const repairRequestSchema = z.object({
  ...asked,
  buckets: z.array(bucketIndex).check(z.maxLength(BUCKET_COUNT)),
  entities: z.array(z.unknown()).check(z.maxLength(MAX_PUSH_ENTITIES)),
});

const name = z.string().check(z.minLength(1), z.maxLength(MAX_NAME_CHARS));
const username = name;
const password = z.string().check(z.minLength(1), z.maxLength(MAX_PASSWORD_CHARS));
const loginRequestSchema = z.object({username, password, code: z.optional(z.string()), deviceName: name});
const setupRequestSchema = z.object({
  setupCode: z.string().check(z.minLength(1), z.maxLength(MAX_NAME_CHARS)),
  username,
  password: z.string().check(z.minLength(MIN_PASSWORD_CHARS), z.maxLength(MAX_PASSWORD_CHARS)),
  deviceName: name,
});

/** By call; null where nothing is asked but the call itself. */
export const REQUESTS = {
  status: null,
  setup: setupRequestSchema,
  login: loginRequestSchema,
  hello: helloRequestSchema,
  push: pushRequestSchema,
  pull: pullRequestSchema,
  fetch: fetchRequestSchema,
  buckets: bucketsRequestSchema,
  items: itemsRequestSchema,
  repair: repairRequestSchema,
} as const;
