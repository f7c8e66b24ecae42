/** Whether the notes of a server are on their way here and nothing of them can be shown yet. */

import {useMemo, useState} from 'react';
import {ROOT_NOTE_ID} from '../../../protocol/ids.ts';
import {buildTree} from '../../notes/tree.ts';
import type {SyncStatus} from '../../sync/api.ts';
import {useApp} from '../app-context.ts';
import {useFetchShown} from '../notebook/tree/use-fetch-shown.ts';
import {useLive} from '../use-live.ts';

/**
 * `undefined`: not known yet. A replica that never met its server may be one that just signed in (no notes here) or a
 * notebook in use that is about to fill a server (notes here): the notes tell. One that has synced before is in use, also
 * while it gets everything again. A tree that is arriving is shown from its first row on (ADR 29), and for as long as this page
 * lives.
 */
export function useIsFirstSync({replica, firstSync, arriving, lastSyncMs}: SyncStatus): boolean | undefined {
  const {notebook} = useApp();
  const [hasBegun, setBegun] = useState(false);
  const isNew = replica?.server != null && replica.cursor === null && firstSync === null && lastSyncMs === null;
  const isAsking = isNew || (arriving && !hasBegun);
  const source = useLive(useMemo(() => (isAsking ? notebook.watchTree() : NEVER), [notebook, isAsking]));
  const tree = useMemo(() => (arriving && source !== undefined ? buildTree(source) : undefined), [arriving, source]);
  useFetchShown(tree, NO_ROWS);
  if (tree !== undefined && !hasBegun && tree.children(ROOT_NOTE_ID).length > 0) setBegun(true);
  if (arriving) return !hasBegun;
  if (!isNew) return false;
  return source === undefined ? undefined : source.branches.length === 0;
}

const NEVER = {subscribe: () => () => {}};
const NO_ROWS: readonly [] = [];
