/**
 * The time by which deletions are erased and forgotten, which nothing brings back: a server's clock may be wrong by weeks when it
 * starts, or be set while it runs (ADR 35).
 *
 * 1. What the server has seen pass counts: from one look at its clock to the next, up to a day.
 * 2. A longer step may be a server that was off, or a clock that is wrong. It is doubted, and isn't counted, until a device has been in
 *    touch whose clock agrees. Meanwhile time goes on from where it was before the step: nothing waits for ever.
 * 3. Where the clock is set back, so much less is doubted.
 */

import * as z from 'zod/mini';
import {MAX_CLOCK_OFFSET_MS} from '../../protocol/limits.ts';
import {parseJson} from './parse-json.ts';
import type {CorePorts} from './ports.ts';

export interface TrustedTime {
  /** Milliseconds, never ahead of the clock. Stores what was seen; to be called at least every few hours. */
  look(): Promise<number>;
  /** What a device's clock said when it sent what arrived at `arrivedMs`. */
  hear(deviceMs: number, arrivedMs: number): Promise<void>;
}

const MAX_STEP_MS = 24 * 3_600_000;

const seenSchema = z.object({
  /** What the clock said last. */
  clockMs: z.number(),
  /** How much of that is doubted. */
  doubtedMs: z.number(),
});
type Seen = z.infer<typeof seenSchema>;

export function createTrustedTime({storage, now, log}: Pick<CorePorts, 'storage' | 'now' | 'log'>): TrustedTime {
  let isDoubted = false;
  return {
    async look() {
      const clockMs = now();
      const {doubtedMs, before} = await storage.write(null, async (tx) => {
        const seen = parseSeen(await tx.meta('clock'), log);
        const next = passed(seen, clockMs);
        await tx.putMeta('clock', JSON.stringify(next));
        return {...next, before: seen?.doubtedMs ?? 0};
      });
      isDoubted = doubtedMs > 0;
      if (doubtedMs > before)
        log('info', 'the clock has gone on by more than a day: erasing waits until a device agrees', {doubtedMs});
      return clockMs - doubtedMs;
    },
    async hear(deviceMs, arrivedMs) {
      if (!isDoubted || Math.abs(deviceMs - arrivedMs) > MAX_CLOCK_OFFSET_MS) return;
      isDoubted = false;
      const seen: Seen = {clockMs: arrivedMs, doubtedMs: 0};
      await storage.write(null, (tx) => tx.putMeta('clock', JSON.stringify(seen)));
      log('info', 'a device agrees with the clock: erasing goes by it', {});
    },
  };
}

/** A server that has looked for the first time knows nothing better than its clock. */
function passed(seen: Seen | undefined, clockMs: number): Seen {
  if (seen === undefined) return {clockMs, doubtedMs: 0};
  const stepMs = clockMs - seen.clockMs;
  if (stepMs > MAX_STEP_MS) return {clockMs, doubtedMs: seen.doubtedMs + stepMs};
  return {clockMs, doubtedMs: Math.max(0, seen.doubtedMs + Math.min(0, stepMs))};
}

function parseSeen(stored: string | undefined, log: CorePorts['log']): Seen | undefined {
  if (stored === undefined) return undefined;
  const parsed = seenSchema.safeParse(parseJson(stored));
  if (parsed.success) return parsed.data;
  log('error', 'what the clock said last is damaged: it is believed anew', {});
  return undefined;
}
