/**
 * How long things are kept: options of the notebook, alike on every device. What an option says is taken only within the
 * limits that the screens allow, so that no other program can make a device forget at once.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import type {Ref} from '../../protocol/entity.ts';
import {derivedId} from '../../protocol/ids.ts';
import {ERASE_AFTER_MS} from '../../protocol/limits.ts';
import {readOption} from './note-data.ts';

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

/** In the units in which people read and enter them. */
export interface LifetimeValues {
  readonly deletedDays: number;
  readonly reviseMinutes: number;
  readonly revisionsPerNote: number;
}

export type LifetimeName = keyof LifetimeValues;

export interface LifetimeRule {
  readonly key: string;
  readonly normal: number;
  readonly min: number;
  readonly max: number;
}

export const LIFETIME_RULES: Readonly<Record<LifetimeName, LifetimeRule>> = {
  deletedDays: {key: 'lifetime.deleted-days', normal: ERASE_AFTER_MS / DAY_MS, min: 1, max: 3650},
  reviseMinutes: {key: 'lifetime.revise-minutes', normal: 10, min: 1, max: 1440},
  revisionsPerNote: {key: 'lifetime.revisions-per-note', normal: 100, min: 1, max: 10_000},
};

export const LIFETIME_NAMES = Object.keys(LIFETIME_RULES) as LifetimeName[];

export function lifetimeRef(name: LifetimeName): Ref {
  return {kind: 'option', id: derivedId('option', LIFETIME_RULES[name].key)};
}

interface OptionRow {
  readonly deleted: boolean;
  readonly data: Bytes;
}

/** `rows` in the order of LIFETIME_NAMES. */
export function lifetimeValues(rows: readonly (OptionRow | undefined)[]): LifetimeValues {
  const values = LIFETIME_NAMES.map((name, i) => [name, valueIn(rows[i], LIFETIME_RULES[name])]);
  return Object.fromEntries(values) as Record<LifetimeName, number>;
}

/** Whole numbers within the rule's limits; the normal value for anything else. */
export function isLifetime({min, max}: LifetimeRule, value: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** For the engine, in its transaction. */
export async function readLifetimes(tx: {
  entities(refs: readonly Ref[]): Promise<readonly (OptionRow | undefined)[]>;
}): Promise<{deletedMs: number; reviseEveryMs: number; revisionsPerNote: number}> {
  const values = lifetimeValues(await tx.entities(LIFETIME_NAMES.map(lifetimeRef)));
  return {
    deletedMs: values.deletedDays * DAY_MS,
    reviseEveryMs: values.reviseMinutes * MINUTE_MS,
    revisionsPerNote: values.revisionsPerNote,
  };
}

function valueIn(row: OptionRow | undefined, rule: LifetimeRule): number {
  const text = row === undefined || row.deleted ? undefined : readOption(row.data)?.value;
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return isLifetime(rule, value) ? value : rule.normal;
}
