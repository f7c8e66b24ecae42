/** Height of a row, as tokens.css has it (--row): dense for a pointer, taller for a finger. */

import {useSyncExternalStore} from 'react';

const DENSE = '(min-width: 768px) and (pointer: fine)';

export function useRowHeight(): number {
  return useSyncExternalStore(watch, isDense) ? 36 : 48;
}

export function isDense(): boolean {
  return matchMedia(DENSE).matches;
}

function watch(onChange: () => void): () => void {
  const query = matchMedia(DENSE);
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}
