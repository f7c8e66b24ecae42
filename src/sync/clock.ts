/**
 * The clock check of design section 7: how far the server's clock is from this one, and what that means for stamps.
 * Pure. offset = server − device; a measured offset is right within `errorMs`, half the round trip (as in NTP).
 */

import type {SyncError} from '../../protocol/errors.ts';
import {MAX_CLOCK_OFFSET_MS, MAX_SAMPLE_ERROR_MS} from '../../protocol/limits.ts';
import type {ClockSample, ReplicaState, Time} from './ports.ts';

const SAMPLE_LIFE_MS = 60_000;
/** A wall clock that moves this much more or less than the monotonic one was stepped. */
const STEP_MS = 1_000;

export interface Instant {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function readInstant(time: Time): Instant {
  return {wallMs: time.wallMs(), monotonicMs: time.monotonicMs()};
}

/** `asked`: when the request left; `t1`, `t2`: the server's times of receipt and answer; `answered`: when the answer was here. */
export function takeSample(asked: Instant, t1: number, t2: number, answered: Instant): ClockSample {
  const roundTripMs = Math.max(0, answered.monotonicMs - asked.monotonicMs - Math.max(0, t2 - t1));
  const t3 = asked.wallMs + (answered.monotonicMs - asked.monotonicMs);
  const offsetMs = (t1 - asked.wallMs + (t2 - t3)) / 2;
  // Not the wall clock of the answer: where it was set on the way, the sample is of the clock before, and shows it.
  return {offsetMs, errorMs: roundTripMs / 2, wallMs: t3, monotonicMs: answered.monotonicMs};
}

export function isPrecise(sample: ClockSample): boolean {
  return sample.errorMs <= MAX_SAMPLE_ERROR_MS;
}

/** Whether a sample may still serve: under a minute old, in this run, and the wall clock not stepped since. */
export function isFresh(sample: ClockSample | null, now: Instant): sample is ClockSample {
  if (sample === null) return false;
  const monotonic = now.monotonicMs - sample.monotonicMs;
  return monotonic >= 0 && monotonic < SAMPLE_LIFE_MS && !isStepped(sample, now);
}

/** Whether the wall clock was set since then: what a sample of then says of the clocks is over. */
export function isStepped(since: Instant, now: Instant): boolean {
  return Math.abs(now.wallMs - since.wallMs - (now.monotonicMs - since.monotonicMs)) >= STEP_MS;
}

/** The clocks differ by more than what is tolerated, for certain. */
export function isSkewed({offsetMs, errorMs}: ClockSample): boolean {
  return Math.abs(offsetMs) - errorMs > MAX_CLOCK_OFFSET_MS;
}

export function skewError({offsetMs}: ClockSample, now: Instant): SyncError {
  return {
    type: 'clock_skew',
    message: `the server's clock is ${Math.round(offsetMs / 1000)} s from this device's`,
    offsetMs,
    deviceMs: now.wallMs,
    serverMs: now.wallMs + offsetMs,
  };
}

/**
 * What is added to device time to make stamps: the part of the offset that is certain, so that a tolerated skew doesn't
 * decide who wins. Nothing while the clocks differ by too much (the push waits then), unless the person chose the server's.
 */
export function correctionMs({clock, clockChoice}: Pick<ReplicaState, 'clock' | 'clockChoice'>): number {
  if (clock === null || (isSkewed(clock) && clockChoice === 'own')) return 0;
  return Math.sign(clock.offsetMs) * Math.max(0, Math.abs(clock.offsetMs) - clock.errorMs);
}
