/** What no side has whole, as it is named to the person who has to decide. */

import {type Ref, refKey} from '../../protocol/entity.ts';
import type {Unresolved} from './ports.ts';

/** With these, which are damaged on this device, in the place of what was said of them before. */
export function withDamaged(unresolved: readonly Unresolved[], damaged: readonly Ref[]): Unresolved[] {
  const keys = new Set(damaged.map(refKey));
  const others = unresolved.filter((one) => !keys.has(refKey(one)));
  return [...others, ...damaged.map(({kind, id}) => ({kind, id, where: 'device' as const}))];
}
