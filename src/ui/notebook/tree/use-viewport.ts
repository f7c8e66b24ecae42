/** What of a scrolling element is in view, kept up to date. */

import {type RefObject, useEffect, useState} from 'react';
import type {Viewport} from './tree-window.ts';

export function useViewport(ref: RefObject<HTMLElement | null>): Viewport {
  const [viewport, setViewport] = useState<Viewport>({top: 0, height: 800});
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => setViewport({top: element.scrollTop, height: element.clientHeight});
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
