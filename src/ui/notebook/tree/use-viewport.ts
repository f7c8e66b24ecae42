/** What of a scrolling element is in view, kept up to date in steps: a screen that moves by a few pixels isn't drawn anew. */

import {type RefObject, useEffect, useState} from 'react';
import type {Viewport} from './tree-window.ts';

/** Less than the rows that are drawn outside of the view. */
const STEP_PX = 144;

export function useViewport(ref: RefObject<HTMLElement | null>): Viewport {
  const [viewport, setViewport] = useState<Viewport>({top: 0, height: 800});
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => {
      const top = Math.floor(element.scrollTop / STEP_PX) * STEP_PX;
      const height = element.clientHeight + STEP_PX;
      setViewport((before) => (before.top === top && before.height === height ? before : {top, height}));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, {passive: true});
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [ref]);
  return viewport;
}
