/** A Live value as React state: `undefined` until the first value is here. `live` must be the same object between renders (useMemo). */

import {useEffect, useState} from 'react';
import type {Live} from '../sync/api.ts';

export function useLive<T>(live: Live<T>): T | undefined {
  const [held, setHeld] = useState<{readonly live: Live<T>; readonly value: T} | undefined>(undefined);
  useEffect(() => live.subscribe((value) => setHeld({live, value})), [live]);
  return held?.live === live ? held.value : undefined;
}
