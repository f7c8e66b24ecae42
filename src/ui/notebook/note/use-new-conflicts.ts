/**
 * Conflicts of a note that came while it is open: one that a save here made, and one that replaced what was shown here.
 * Those that were there before are in "Revisions" and need no word now.
 */

import {useEffect, useMemo, useState} from 'react';
import {useApp} from '../../app-context.ts';

export interface NewConflicts {
  readonly count: number;
  readonly dismiss: () => void;
}

export function useNewConflicts(noteId: string): NewConflicts {
  const {notebook} = useApp();
  const live = useMemo(() => notebook.watchConflicts(noteId), [notebook, noteId]);
  const [seen, setSeen] = useState<ReadonlySet<string> | null>(null);
  const [ids, setIds] = useState<readonly string[]>([]);
  useEffect(
    () =>
      live.subscribe((now) => {
        setSeen((before) => before ?? new Set(now));
        setIds(now);
      }),
    [live],
  );
  const count = seen === null ? 0 : ids.filter((id) => !seen.has(id)).length;
  return {count, dismiss: () => setSeen(new Set(ids))};
}
