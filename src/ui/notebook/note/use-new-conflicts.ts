/**
 * Conflicts of a note that nobody has decided yet, and which of them came while it is open: one that a save here made, or one
 * that replaced what was shown here. Those need a word at once; of the others a quiet line tells.
 */

import {useEffect, useMemo, useState} from 'react';
import {useApp} from '../../app-context.ts';

export interface NewConflicts {
  readonly count: number;
  /** Those that were there before, too. */
  readonly open: number;
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
  return {count, open: ids.length, dismiss: () => setSeen(new Set(ids))};
}
