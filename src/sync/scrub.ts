/**
 * Scrub (design section 8): in idle time every stored row is read and checked against its own hash, and every bucket
 * against its rows, so that damage is found while another side still has what was lost (ADR 19). Here is one pass, cut
 * into slices; scrubbing.ts decides when the next one runs.
 *
 * 1. A slice is one short read transaction; hashes are computed behind it. No save waits for a scrub.
 * 2. While all is well nothing is written but the place, once per group of buckets. A pass goes on from there.
 * 3. What doesn't match is mended by the rules of recount.ts; the round that is asked for then repairs it.
 * 4. Rows that change while their bucket is read prove nothing: the bucket is read once more, then left to the next pass.
 */

import {BUCKET_COUNT, type Bucket, EMPTY_BUCKET} from '../../protocol/digest.ts';
import type {Kind, Ref} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {MAX_FETCH_REFS} from '../../protocol/limits.ts';
import {fetchEntities} from './fetch-entities.ts';
import {countsAsAbsent, inspect, type StoredRows} from './inspect.ts';
import type {Scrub, ScrubPass, StoreTx} from './ports.ts';
import {ALL_BUCKETS, bodiesExpected, bucketFrom, isSame, listRefs, readRows, recount} from './recount.ts';
import {ROUND_LOCK} from './round-lock.ts';
import type {RoundPorts} from './round-ports.ts';
import {isParkedAsDamaged} from './unresolved.ts';
import {nameDamaged} from './verify.ts';

/** From the beginning of one pass to that of the next: a pass of an hour or two still ends within the day. */
export const PASS_EVERY_MS = 20 * 3_600_000;
/** By key only, or with all that they have. */
export const IDS_PER_SLICE = 2000;
export const ROWS_PER_SLICE = 100;
/** All keys are listed once for each group, which has its keys in memory: large notebooks have few groups, small ones one. */
export const BUCKETS_PER_GROUP = 16;
const SMALL_GROUP_ROWS = 2000;

export type Slices<T = void> = AsyncGenerator<void, T, void>;

/** In how many milliseconds the next pass, or the rest of one, is due: 0 is now. A clock that was set back delays none. */
export function dueInMs({pass, last}: Scrub, wallMs: number): number {
  if (pass !== null || last === null || wallMs < last.startedMs) return 0;
  return Math.max(0, last.startedMs + PASS_EVERY_MS - wallMs);
}

/**
 * One pass, or the rest of one, to its end; nothing where none is due. Each `next` is a slice; what it returns is in how
 * many milliseconds the next pass is due. `onFound`: something was mended here, and a round has to look what differs now.
 */
export async function* scrubPass(ports: RoundPorts, onFound: () => void): Slices<number> {
  for (;;) {
    const group = await nextGroup(ports);
    if (typeof group === 'number') return group;
    yield* scrubGroup(ports, group, onFound);
  }
}

/** Where the pass stands, and what it is the next to read. */
interface Group {
  readonly replica: string;
  readonly pass: ScrubPass;
  readonly first: number;
  readonly end: number;
}

/** Or how long nothing is due. */
async function nextGroup({store, time}: RoundPorts): Promise<Group | number> {
  return store.transaction('read', async (tx) => {
    const state = await tx.state();
    const restMs = state === undefined ? PASS_EVERY_MS : dueInMs(state.scrub, time.wallMs());
    if (state === undefined || restMs > 0) return restMs;
    const {nextBucket: first, ...pass} = state.scrub.pass ?? {
      nextBucket: 0,
      startedMs: time.wallMs(),
      checked: 0,
      found: 0,
      foundMs: null,
    };
    return {replica: state.replica, pass, first, end: endOfGroup(first, await tx.buckets(ALL_BUCKETS))};
  });
}

function endOfGroup(first: number, buckets: readonly Bucket[]): number {
  let end = first;
  let rows = 0;
  while (end < BUCKET_COUNT && (end < first + BUCKETS_PER_GROUP || rows < SMALL_GROUP_ROWS)) {
    rows += buckets[end]?.count ?? 0;
    end += 1;
  }
  return end;
}

async function* scrubGroup(ports: RoundPorts, group: Group, onFound: () => void): Slices {
  const indexes = ALL_BUCKETS.slice(group.first, group.end);
  let pass = group.pass;
  const count = (checked: number, found: number) => {
    const foundMs = found > 0 ? ports.time.wallMs() : pass.foundMs;
    pass = {...pass, checked: pass.checked + checked, found: pass.found + found, foundMs};
  };
  const moved = yield* scrubBuckets(ports, indexes, async (index, checked, found) => {
    count(checked, found);
    if (found === 0) return;
    await storePlace(ports, group, pass, Math.min(index + 1, BUCKET_COUNT - 1));
    onFound();
  });
  yield* scrubBuckets(ports, moved, async (_index, _checked, found) => {
    count(0, found);
    if (found > 0) onFound();
  });
  await storePlace(ports, group, pass, group.end);
}

/** Those of which nothing can be said, as they changed meanwhile. */
async function* scrubBuckets(
  ports: RoundPorts,
  indexes: readonly number[],
  onRead: (index: number, checked: number, found: number) => Promise<void>,
): Slices<number[]> {
  if (indexes.length === 0) return [];
  const before = await keptBuckets(ports, indexes);
  const refsByBucket = yield* listRefs((kind, after) => readIds(ports, kind, after), indexes, IDS_PER_SLICE);
  const moved: number[] = [];
  for (const [at, index] of indexes.entries()) {
    const refs = refsByBucket.get(index) ?? [];
    const counted = before[at] ?? EMPTY_BUCKET;
    if (refs.length === 0 && counted.count === 0) continue;
    const found = yield* scrubBucket(ports, index, refs, counted);
    if (found === 'moved') moved.push(index);
    await onRead(index, refs.length, found === 'moved' ? 0 : found);
  }
  return moved;
}

/** How many didn't match. `before`: the bucket as it was when its keys were listed. */
async function* scrubBucket(
  ports: RoundPorts,
  index: number,
  refs: readonly Ref[],
  before: Bucket,
): Slices<number | 'moved'> {
  const {bucket, damaged, bodiless} = yield* readBucket(ports, refs);
  const [kept = EMPTY_BUCKET] = await keptBuckets(ports, [index]);
  const fetched = await fetchTexts(ports, bodiless);
  const isDifferent = !isSame(kept, bucket);
  if (damaged === 0 && fetched.missing === 0) {
    if (isDifferent && !isSame(kept, before)) return 'moved';
    if (!isDifferent) return fetched.notes;
  }
  await mend(ports, index);
  const uncounted = isDifferent ? Math.abs(kept.count - bucket.count) : 0;
  return Math.max(1, damaged + uncounted + fetched.missing + fetched.notes);
}

function keptBuckets({store}: RoundPorts, indexes: readonly number[]): Promise<Bucket[]> {
  return store.transaction('read', (tx) => tx.buckets(indexes));
}

function readIds({store}: RoundPorts, kind: Kind, after: string | null): Promise<string[]> {
  return store.transaction('read', (tx) => tx.ids(kind, after, IDS_PER_SLICE));
}

interface ReadBucket {
  /** What its rows count as. */
  readonly bucket: Bucket;
  readonly damaged: number;
  /** Sound, and their texts should be here. */
  readonly bodiless: readonly Ref[];
}

async function* readBucket({store}: RoundPorts, refs: readonly Ref[]): Slices<ReadBucket> {
  let bucket = EMPTY_BUCKET;
  let damaged = 0;
  const bodiless: Ref[] = [];
  for (let at = 0; at < refs.length; at += ROWS_PER_SLICE) {
    const some = refs.slice(at, at + ROWS_PER_SLICE);
    const {rows, bodies} = await store.transaction('read', async (tx) => ({
      rows: await readRows(tx, some),
      bodies: await bodiesExpected(tx),
    }));
    bucket = bucketFrom(
      rows.map(({entity}) => entity),
      bucket,
    );
    for (const row of rows) {
      const finding = inspect(row, bodies);
      if (finding === 'bodiless' && !countsAsAbsent(row.entity)) bodiless.push(refOf(row));
      else if (finding !== 'sound') damaged += 1;
    }
    yield;
  }
  return {bucket, damaged, bodiless};
}

function refOf({entity: {kind, id}}: StoredRows): Ref {
  return {kind, id};
}

interface Fetched {
  /** Texts that the server doesn't have either. */
  readonly missing: number;
  /** Notes whose text came: those of revisions may never have been here. */
  readonly notes: number;
}

const NOTHING_FETCHED: Fetched = {missing: 0, notes: 0};

/** A text that isn't here though it should be is asked for before its entity is called damaged; later, where nobody answers. */
async function fetchTexts(ports: RoundPorts, refs: readonly Ref[]): Promise<Fetched> {
  const asked = refs.slice(0, MAX_FETCH_REFS);
  const state = await ports.store.transaction('read', (tx) => tx.state());
  if (asked.length === 0 || state?.paused || !(await fetchEntities(ports, asked)).ok) return NOTHING_FETCHED;
  const missing = await ports.store.transaction('read', (tx) => withoutText(tx, asked));
  const came = asked.filter((ref) => !missing.includes(ref));
  return {missing: missing.length, notes: came.filter(({kind}) => kind === 'note').length};
}

async function withoutText(tx: StoreTx, refs: readonly Ref[]): Promise<Ref[]> {
  const entities = await tx.entities(refs);
  const bodies = await tx.bodies(refs);
  return refs.filter((_, i) => {
    const hash = entities[i]?.parts.body;
    return hash !== undefined && hash !== EMPTY_HASH && bodies[i]?.hash !== hash;
  });
}

/** Under the round's lock, so that it comes in the middle of nothing. An edit that waits may lack its text now. */
async function mend(ports: RoundPorts, index: number): Promise<void> {
  const {damaged} = await ports.locks.exclusive(ROUND_LOCK, () => recount(ports, [index], () => undefined));
  const {hopeless, textless} = await ports.store.transaction('read', async (tx) => ({
    hopeless: await beyondRounds(tx, damaged),
    textless: await waitingWithoutText(tx, damaged),
  }));
  await nameDamaged(ports.store, hopeless);
  await fetchTexts(ports, textless);
}

/** What no round brings back: damaged in the middle of an edit, or there is no server that could have it. */
async function beyondRounds(tx: StoreTx, damaged: readonly Ref[]): Promise<Ref[]> {
  const state = await tx.state();
  const isAlone = state === undefined || state.server === null;
  const outbox = await tx.outbox(damaged);
  return damaged.filter((_, i) => (outbox[i] === undefined ? isAlone : isParkedAsDamaged(outbox[i])));
}

async function waitingWithoutText(tx: StoreTx, damaged: readonly Ref[]): Promise<Ref[]> {
  const textless = await withoutText(tx, damaged);
  const outbox = await tx.outbox(textless);
  return textless.filter((_, i) => outbox[i]?.parked === null);
}

/** Not where another tab, or another notebook, has taken the place of this pass. */
async function storePlace({store, time}: RoundPorts, group: Group, pass: ScrubPass, next: number): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined || state.replica !== group.replica || !isSamePass(state.scrub, group, next)) return;
    const scrub: Scrub =
      next < BUCKET_COUNT
        ? {...state.scrub, pass: {...pass, nextBucket: next}}
        : {pass: null, last: {...pass, endedMs: time.wallMs()}};
    await tx.putState({...state, scrub});
  });
}

function isSamePass({pass, last}: Scrub, group: Group, next: number): boolean {
  if (pass !== null) return pass.startedMs === group.pass.startedMs && pass.nextBucket <= next;
  return group.first === 0 && (last === null || last.startedMs !== group.pass.startedMs);
}
