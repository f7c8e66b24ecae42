/**
 * What requests and answers are made of: ids, hashes and stamps as they travel, versions, positions. Bytes travel as text
 * where they are valid UTF-8, else as base64url; see wire.ts.
 */

import * as z from 'zod/mini';
import {BUCKET_COUNT} from './digest.ts';
import {CONFLICT_STATES, KINDS, REVISION_REASONS} from './entity.ts';
import {HASH_PATTERN} from './hash.ts';
import {ID_PATTERN} from './ids.ts';
import {STAMP_PATTERN} from './stamp.ts';

export const id = z.string().check(z.regex(ID_PATTERN));
export const hash = z.string().check(z.regex(HASH_PATTERN));
export const stamp = z.string().check(z.regex(STAMP_PATTERN));
export const token = z.string().check(z.regex(/^[A-Za-z0-9_-]{8,128}$/));
export const count = z.int().check(z.nonnegative());
export const millis = z.number();
export const kind = z.enum(KINDS);

export const refSchema = z.object({kind, id});

const metaSchema = z.discriminatedUnion('type', [
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
export const part = z.union([z.string(), z.object({base64: z.string()})]);

/** Hashes of the parts that exist; a part left out here is empty. */
const partHashes = z.object({meta: z.optional(hash), data: z.optional(hash), body: z.optional(hash)});

/** Members of a version; what is pushed and what is pulled add their own. */
export const version = {
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

/** A position in the account's history and the random name of the commit that made it. */
export const positionSchema = z.object({seq: count, mark: token});

export const bucketIndex = z.int().check(z.minimum(0), z.maximum(BUCKET_COUNT - 1));

/** The lanes of a first sync, in their order. */
export const LANES = ['heads', 'bodies', 'revisions'] as const;
