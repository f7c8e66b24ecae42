/** How long things are kept, as synced options: what holds now, and what makes it another. */

import {LIFETIME_NAMES, LIFETIME_RULES, type LifetimeValues, lifetimeRef, lifetimeValues} from '../notes/lifetimes.ts';
import {writeData} from '../notes/note-data.ts';
import type {Change} from '../sync/changes.ts';
import type {Query} from './live.ts';

export const queryLifetimes: Query<LifetimeValues> = async ({entities}) =>
  lifetimeValues(await entities('option').bulkGet(LIFETIME_NAMES.map((name) => lifetimeRef(name).id)));

/** Only what differs, so that two devices which change different ones don't meet. */
export function planLifetimes(before: LifetimeValues, after: LifetimeValues): Change[] {
  return LIFETIME_NAMES.filter((name) => before[name] !== after[name]).flatMap((name): Change[] => {
    const ref = lifetimeRef(name);
    const data = writeData({key: LIFETIME_RULES[name].key, value: `${after[name]}`});
    return [
      {type: 'undelete', ...ref},
      {type: 'create', ...ref, data},
      {type: 'patch', ...ref, edit: () => data},
    ];
  });
}
