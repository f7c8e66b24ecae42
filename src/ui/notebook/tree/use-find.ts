/** Type to find: letters typed without a pause belong together. */

import {useEffect, useRef} from 'react';

const PAUSE_MS = 700;

/** Adds a letter and gives all that belong together; without a letter, what there is. */
export function useFind(): (letter: string) => string {
  const typed = useRef('');
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (letter) => {
    if (letter === '') return typed.current;
    typed.current += letter;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      typed.current = '';
    }, PAUSE_MS);
    return typed.current;
  };
}
