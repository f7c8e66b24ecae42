/** Which rows of the tree are open: a matter of this device, kept in localStorage and never synced. */

import {useCallback, useState} from 'react';
import {browserStorage} from '../../browser-storage.ts';

const KEY = 'aster.tree.expanded';

export interface Expanded {
  readonly ids: ReadonlySet<string>;
  readonly open: (ids: readonly string[]) => void;
  readonly close: (id: string) => void;
}

export function useExpanded(): Expanded {
  const [ids, setIds] = useState(read);
  const change = useCallback((make: (before: ReadonlySet<string>) => ReadonlySet<string>) => {
    setIds((before) => {
      const next = make(before);
      if (next !== before) write(next);
      return next;
    });
  }, []);
  const open = useCallback(
    (more: readonly string[]) =>
      change((before) => (more.every((id) => before.has(id)) ? before : new Set([...before, ...more]))),
    [change],
  );
  const close = useCallback(
    (id: string) => change((before) => new Set([...before].filter((other) => other !== id))),
    [change],
  );
  return {ids, open, close};
}

function read(): ReadonlySet<string> {
  try {
    const ids: unknown = JSON.parse(browserStorage()?.getItem(KEY) ?? '[]');
    return new Set(Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}

/** A full storage forgets what is open, nothing else. */
function write(ids: ReadonlySet<string>): void {
  try {
    browserStorage()?.setItem(KEY, JSON.stringify([...ids]));
  } catch {
    return;
  }
}
