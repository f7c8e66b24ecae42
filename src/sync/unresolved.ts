/** What no side has whole, as it is named to the person who has to decide. */

import {type Ref, refKey} from '../../protocol/entity.ts';
import type {SyncError} from '../../protocol/errors.ts';
import type {OutboxRow, Unresolved} from './ports.ts';

/** Why a change can't be sent. */
export const DAMAGED_HERE: SyncError = {
  type: 'not_whole',
  message: 'what is stored on this device fails its own hash',
};
export const TEXT_MISSING: SyncError = {
  type: 'not_whole',
  message: 'its text is neither on this device nor on the server',
};

/** Whether this row, or the server that refused it, says that what it would send isn't what it names. */
export function isParkedAsDamaged({parked}: OutboxRow): boolean {
  return parked?.type === 'not_whole' || parked?.type === 'wrong_hash';
}

/** With these, which are damaged on this device, in the place of what was said of them before. */
export function withDamaged(unresolved: readonly Unresolved[], damaged: readonly Ref[]): Unresolved[] {
  return withNamed(
    unresolved,
    damaged.map(({kind, id}) => ({kind, id, where: 'device' as const})),
  );
}

/** With what of these rows can't be sent because it isn't whole. */
export function withUnsendable(unresolved: readonly Unresolved[], rows: readonly OutboxRow[]): readonly Unresolved[] {
  const named = rows.flatMap(({kind, id, parked}): Unresolved[] => {
    if (parked?.type !== 'not_whole') return [];
    return [{kind, id, where: parked.message === TEXT_MISSING.message ? 'nowhere' : 'device'}];
  });
  return named.length === 0 ? unresolved : withNamed(unresolved, named);
}

function withNamed(unresolved: readonly Unresolved[], named: readonly Unresolved[]): Unresolved[] {
  const keys = new Set(named.map(refKey));
  return [...unresolved.filter((one) => !keys.has(refKey(one))), ...named];
}
