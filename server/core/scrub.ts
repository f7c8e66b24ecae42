/**
 * Scrub (design section 8): in idle time the stored rows of every account are read and checked against their own hashes,
 * bucket by bucket, so that damage is found while a device still has what was lost (ADR 19). What doesn't match is treated
 * as a repair treats it: the row is set aside, the digest changes in a commit, and every device looks what differs.
 *
 * 1. A pass goes over all accounts, one bucket after the other. Where it stands is stored once a minute, and after every bucket
 *    in which something was found: after a restart it goes on from there.
 * 2. While all is well nothing else is written.
 * 3. A bucket that can't be read at all is logged and passed over: it doesn't keep the others from being read.
 */

import * as z from 'zod/mini';
import {equalBytes} from '../../protocol/bytes.ts';
import {BUCKET_COUNT, type Bucket, bucketDigest, EMPTY_BUCKET} from '../../protocol/digest.ts';
import type {DocumentRow} from '../storage/port.ts';
import {isCountedIn, openCommit} from './commit.ts';
import {readDocument} from './history.ts';
import {nativeHashOf} from './native-hash.ts';
import {parseJson} from './parse-json.ts';
import type {CorePorts, Standing} from './ports.ts';
import {readBucket} from './recompute.ts';
import {remakeBuckets} from './repair.ts';

/** From the beginning of one pass to that of the next: with what a pass takes, less than a day. */
export const PASS_EVERY_MS = 20 * 3_600_000;
/** Between two notes of where a pass stands, while nothing is found. */
export const SAVE_EVERY_MS = 60_000;

const passSchema = z.object({
  startedMs: z.number(),
  /** Rows that were read, and those among them that were damaged or missing; a bucket that can't be read counts as one. */
  checked: z.number(),
  found: z.number(),
});
const placeSchema = z.object({
  pass: z.nullable(z.extend(passSchema, {account: z.nullable(z.string()), bucket: z.number()})),
  last: z.nullable(z.extend(passSchema, {endedMs: z.number()})),
});
type Place = z.infer<typeof placeSchema>;
type Pass = NonNullable<Place['pass']>;

export interface Scrub {
  /** Reads one bucket; in how many milliseconds there is more to read. One at a time. */
  next(): Promise<number>;
}

export function createScrub(ports: CorePorts, notify: (standing: Standing) => void): Scrub {
  const {storage, now, log} = ports;
  let place: Place | undefined;
  let savedMs = 0;

  async function save(): Promise<void> {
    savedMs = now();
    const value = JSON.stringify(place);
    await storage.write(null, (tx) => tx.putMeta('scrub', value));
  }

  async function finish({startedMs, checked, found}: Pass): Promise<number> {
    const last = {startedMs, checked, found, endedMs: now()};
    place = {pass: null, last};
    await save();
    log('info', 'all stored rows were read and checked', {checked, found, tookMs: last.endedMs - startedMs});
    return dueInMs(place, now());
  }

  return {
    async next() {
      place ??= await readPlace(ports);
      const dueMs = dueInMs(place, now());
      if (dueMs > 0) return dueMs;
      const pass = place.pass ?? {startedMs: now(), checked: 0, found: 0, account: null, bucket: 0};
      const at = await nextBucket(ports, pass);
      if (at === undefined) return finish(pass);
      const {checked, found, standing} = await scrubBucket(ports, at.account, at.bucket);
      if (standing !== undefined) notify(standing);
      const moved = {...at, bucket: at.bucket + 1};
      place = {...place, pass: {...pass, ...moved, checked: pass.checked + checked, found: pass.found + found}};
      if (Math.abs(now() - savedMs) >= SAVE_EVERY_MS || found > 0) await save();
      return 0;
    },
  };
}

/** A clock that was set back delays nothing. */
function dueInMs({pass, last}: Place, nowMs: number): number {
  if (pass !== null || last === null || nowMs < last.startedMs) return 0;
  return Math.max(0, last.startedMs + PASS_EVERY_MS - nowMs);
}

async function readPlace({storage, log}: CorePorts): Promise<Place> {
  const stored = await storage.read((tx) => tx.meta('scrub'));
  const nothing = {pass: null, last: null};
  if (stored === undefined) return nothing;
  const parsed = placeSchema.safeParse(parseJson(stored));
  if (parsed.success) return parsed.data;
  log('error', 'where the scrub stands is damaged: it begins anew', {});
  return nothing;
}

/** Undefined behind the last bucket of the last account. */
async function nextBucket(
  {storage}: CorePorts,
  {account, bucket}: Pass,
): Promise<{account: string; bucket: number} | undefined> {
  if (account !== null && bucket < BUCKET_COUNT) return {account, bucket};
  const accounts = await storage.read((tx) => tx.accountIds());
  const next = accounts[account === null ? 0 : accounts.indexOf(account) + 1];
  return next === undefined ? undefined : {account: next, bucket: 0};
}

interface Scrubbed {
  readonly checked: number;
  readonly found: number;
  /** Where the bucket was made anew. */
  readonly standing?: Standing | undefined;
}

async function scrubBucket(ports: CorePorts, accountId: string, index: number): Promise<Scrubbed> {
  const {storage, log} = ports;
  try {
    const {bucket, damaged, misfiled, kept, document} = await storage.read(async (tx) => ({
      ...(await readBucket(tx, accountId, index)),
      kept: (await tx.bucket(accountId, index)) ?? EMPTY_BUCKET,
      document: await readDocument(tx, accountId),
    }));
    const checked = bucket.count + damaged.length + misfiled.length;
    const wrong = damaged.length + misfiled.length;
    if (wrong === 0 && isCountedAs(bucket, index, kept, document)) return {checked, found: 0};
    const missing = Math.max(0, kept.count - bucket.count - damaged.length);
    log('error', 'stored rows are not what the digest says: a device that has them whole gives them back', {
      accountId,
      bucket: index,
      damaged: damaged.length,
      misfiled: misfiled.length,
      missing,
    });
    const found = Math.max(1, wrong + missing);
    return {checked, found, standing: await remake(ports, accountId, index)};
  } catch (error) {
    log('error', 'stored rows could not be read', {accountId, bucket: index, error: String(error)});
    return {checked: 0, found: 1};
  }
}

/** The bucket that is kept, its digest, and the root made of all digests. */
function isCountedAs(bucket: Bucket, index: number, kept: Bucket, document: DocumentRow): boolean {
  return (
    equalBytes(bucketDigest(bucket), bucketDigest(kept)) &&
    isCountedIn(document, index, bucket) &&
    nativeHashOf(document.digests) === document.root
  );
}

/** Looks again in the transaction that changes it: a push may have come between. */
async function remake(ports: CorePorts, accountId: string, index: number): Promise<Standing | undefined> {
  const {storage, now, log} = ports;
  return storage.write(accountId, async (tx) => {
    const commit = await openCommit(tx, accountId, ports);
    await remakeBuckets({tx, accountId, commit, nowMs: now(), log}, new Set([index]));
    const {outcome, standing} = await commit.close();
    return outcome === 'changed' ? standing : undefined;
  });
}
