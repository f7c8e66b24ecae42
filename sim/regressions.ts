/** Schedules that once failed, made small: played before everything else. */

import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Schedule} from './steps.ts';

export const REGRESSIONS = join(import.meta.dirname, 'regressions');

export interface Regression {
  readonly name: string;
  /** What it broke. */
  readonly rule: string;
  readonly schedule: Schedule;
}

export function regressions(): Regression[] {
  if (!existsSync(REGRESSIONS)) return [];
  const names = readdirSync(REGRESSIONS).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => {
    const {rule, schedule} = JSON.parse(readFileSync(join(REGRESSIONS, name), 'utf8')) as Omit<Regression, 'name'>;
    return {name, rule, schedule};
  });
}
