/** Limits that both sides know. Beyond one of them there is a typed error, never a cut. */

/** Body of one request, as the server reads it (after decompression). */
export const MAX_REQUEST_BYTES = 24 * 1024 * 1024;
/** `data` and `body` of one entity together. */
export const MAX_ENTITY_BYTES = 16 * 1024 * 1024;
/** A push is filled up to about this much content. */
export const PUSH_BATCH_BYTES = 1024 * 1024;
export const MAX_PUSH_ENTITIES = 1000;
/** A pulled page ends after the row that passes this much content, or this many rows. */
export const PULL_PAGE_BYTES = 1024 * 1024;
export const MAX_PULL_ROWS = 2000;
export const MAX_FETCH_REFS = 500;
/**
 * Content in one answer that isn't paged: fetch, push, repair; of a push together with the left-out parts that the server fills in.
 * Above twice MAX_ENTITY_BYTES: one entity alone is always answered.
 */
export const MAX_ANSWER_BYTES = 40 * 1024 * 1024;
/** `sent` of one entity: stamps whose answer is unknown. */
export const MAX_SENT_STAMPS = 1000;
/** Those of all entities of a push together. */
export const MAX_PUSH_STAMPS = 10_000;

/** Clock difference that is tolerated, both ways. */
export const MAX_CLOCK_OFFSET_MS = 5 * 60_000;
/** A clock sample with a larger error is taken again. */
export const MAX_SAMPLE_ERROR_MS = 5_000;

export const MAX_NAME_CHARS = 200;
export const MIN_PASSWORD_CHARS = 8;
export const MAX_PASSWORD_CHARS = 1000;
/** "Recently deleted" keeps a note this long, unless the option says otherwise. */
export const ERASE_AFTER_MS = 7 * 24 * 3_600_000;
