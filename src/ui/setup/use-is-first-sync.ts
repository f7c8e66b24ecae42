/** Whether the notes of a server are on their way here and there is no tree to show yet. */

import {useMemo} from 'react';
import type {SyncStatus} from '../../sync/api.ts';
import {useApp} from '../app-context.ts';
import {useLive} from '../use-live.ts';

/**
 * `undefined`: not known yet. A replica that never met its server may be one that just signed in (no notes here) or a
 * notebook in use that is about to fill a server (notes here): the notes tell. One that has synced before is in use, also
 * while it gets everything again.
 */
export function useIsFirstSync({replica, firstSync, lastSyncMs}: SyncStatus): boolean | undefined {
  const {notebook} = useApp();
  const isNew = replica?.server != null && replica.cursor === null && firstSync === null && lastSyncMs === null;
  const tree = useLive(useMemo(() => (isNew ? notebook.watchTree() : NEVER), [notebook, isNew]));
  if (firstSync !== null) return firstSync.lane === 'heads' && lastSyncMs === null;
  if (!isNew) return false;
  return tree === undefined ? undefined : tree.branches.length === 0;
}

const NEVER = {subscribe: () => () => {}};
