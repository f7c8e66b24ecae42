/** Functions that stay the same from one drawing to the next, and do what the newest of them do. */

import {useLayoutEffect, useRef, useState} from 'react';

type Functions<T> = {readonly [K in keyof T]: (...parameters: never[]) => void};

export function useSteady<T extends Functions<T>>(functions: T): T {
  const latest = useRef(functions);
  useLayoutEffect(() => {
    latest.current = functions;
  });
  const [steady] = useState(() => {
    const names = Object.keys(functions) as (keyof T)[];
    const call =
      (name: keyof T) =>
      (...parameters: never[]) =>
        latest.current[name](...parameters);
    return Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as T;
  });
  return steady;
}
