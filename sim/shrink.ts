/**
 * Makes a failing schedule small: leaves out steps, many at a time at first, then one by one, then makes what is left plain,
 * as long as it still fails in the same way (Zeller and Hildebrandt, 2002).
 */

import type {Schedule} from './steps.ts';

/** `fails`: whether this schedule fails as the first one did. At most `maxTries` are tried. */
export async function shrink(
  schedule: Schedule,
  fails: (schedule: Schedule) => Promise<boolean>,
  maxTries: number,
): Promise<Schedule> {
  let best = schedule;
  let tries = 0;
  const isSmaller = async (candidate: Schedule): Promise<boolean> => {
    tries += 1;
    if (tries > maxTries || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let before = Number.POSITIVE_INFINITY; best.steps.length < before; ) {
    before = best.steps.length;
    for (let size = before; size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < best.steps.length; ) {
        const steps = best.steps.toSpliced(at, size);
        if (!(await isSmaller({...best, steps}))) at += size;
      }
    }
  }
  for (const plain of PLAIN) await isSmaller({...best, ...plain});
  for (let at = 0; at < best.steps.length; at++) {
    const steps = best.steps.map((step, index) => (index === at ? {...step, thenMs: 0} : step));
    await isSmaller({...best, steps});
  }
  return best;
}

const PLAIN: readonly Partial<Schedule>[] = [
  {faultOnceIn: 0},
  {tabs: 1},
  {replicas: 2},
  {locks: 'locks'},
  {calamity: 'none'},
];
