/**
 * Stamps order the versions of one entity: a hybrid logical clock (Kulkarni et al., 2014) as sortable text,
 * `mmmmmmmmm-cccc-replica` with milliseconds and counter in base 36. Pure: the caller passes corrected time and stores the
 * stamp in the transaction of the write. Texts compare as stamps do, by code unit; never compare with a locale.
 */

export type Stamp = string;

export interface StampParts {
  readonly millis: number;
  readonly counter: number;
  readonly replica: string;
}

const MILLIS_DIGITS = 9;
const COUNTER_DIGITS = 4;
/** Year 5188: no clock is that wrong, and the text stays nine digits. The millisecond after it is left for successors. */
export const MAX_STAMP_MS = 36 ** MILLIS_DIGITS - 2;
const MAX_COUNTER = 36 ** COUNTER_DIGITS - 1;
/** Of STAMP_PATTERN. */
export const MAX_REPLICA_CHARS = 32;
const ONE_ACT_MS = 5_000;

/** Nobody takes a stamp of the very last millisecond: each that is taken has a successor. */
export const STAMP_PATTERN = /^(?!z{9})[0-9a-z]{9}-[0-9a-z]{4}-[A-Za-z0-9_-]{4,32}$/;

export function formatStamp({millis, counter, replica}: StampParts): Stamp {
  return `${base36(millis, MILLIS_DIGITS)}-${base36(counter, COUNTER_DIGITS)}-${replica}`;
}

/** `stamp` must match STAMP_PATTERN; every boundary checks that. */
export function parseStamp(stamp: Stamp): StampParts {
  return {
    millis: Number.parseInt(stamp.slice(0, MILLIS_DIGITS), 36),
    counter: Number.parseInt(stamp.slice(MILLIS_DIGITS + 1, MILLIS_DIGITS + 1 + COUNTER_DIGITS), 36),
    replica: stamp.slice(MILLIS_DIGITS + COUNTER_DIGITS + 2),
  };
}

/**
 * The stamp of a version written at `nowMs` that must sort after every one of `after`. Total: whatever the clock says,
 * making a stamp never fails and never blocks an edit.
 */
export function makeStamp(nowMs: number, replica: string, after: readonly (Stamp | null | undefined)[]): Stamp {
  const latest = after.reduce<Stamp>((top, stamp) => (stamp && stamp > top ? stamp : top), '');
  const now = {millis: clamp(Math.floor(nowMs)), counter: 0, replica};
  if (latest === '' || now.millis > parseStamp(latest).millis) return formatStamp(now);
  return successor(latest, replica);
}

/**
 * Whether two versions were written in one act of a person, as a folder is deleted with what is in it: stamps of one act are made
 * from one clock reading, and what the clock check adds to each may differ a little.
 */
export function isOneAct(a: Stamp, b: Stamp): boolean {
  const [one, other] = [parseStamp(a), parseStamp(b)];
  return one.replica === other.replica && Math.abs(one.millis - other.millis) <= ONE_ACT_MS;
}

/** Null where there is none. */
export function highestStamp(stamps: readonly (Stamp | null | undefined)[]): Stamp | null {
  return stamps.reduce<Stamp | null>((top, stamp) => (stamp && (top === null || stamp > top) ? stamp : top), null);
}

/** The least stamp of `replica` that sorts after `stamp` whatever the replica ids are. */
export function successor(stamp: Stamp, replica: string): Stamp {
  const {millis, counter} = parseStamp(stamp);
  if (counter < MAX_COUNTER) return formatStamp({millis, counter: counter + 1, replica});
  return formatStamp({millis: millis + 1, counter: 0, replica});
}

function clamp(millis: number): number {
  return Math.min(Math.max(Number.isNaN(millis) ? 0 : millis, 0), MAX_STAMP_MS);
}

function base36(value: number, digits: number): string {
  return value.toString(36).padStart(digits, '0');
}
