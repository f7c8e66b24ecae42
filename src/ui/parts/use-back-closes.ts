/**
 * Back closes what is open over a screen instead of leaving the screen. While mounted there is one more history entry for
 * the same address; closing in another way takes it out again, unless the page has gone on to another address since.
 */

import {useEffect, useId, useRef} from 'react';

/** A page that was loaded anew has nothing open, whatever the entry that it was loaded at says. */
if (openId() !== undefined) history.replaceState({...history.state, open: undefined, under: undefined}, '');

export function useBackCloses(onClose: () => void): void {
  const id = useId();
  const close = useRef(onClose);
  const leaving = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    clearTimeout(leaving.current);
    if (openId() !== id) history.pushState({...history.state, open: id, under: openId()}, '');
    const onPop = () => {
      // A link to a fragment of this page, as the printed setup link is, also pops; that is no step back.
      if (location.hash === '' && !isOpenOrUnder(id)) close.current();
    };
    addEventListener('popstate', onPop);
    return () => {
      removeEventListener('popstate', onPop);
      leaving.current = setTimeout(() => {
        if (openId() === id) history.back();
      });
    };
  }, [id]);
}

function openId(): string | undefined {
  return history.state?.open;
}

/** A dialog opened from another one lies over it: closing the upper leaves the lower. */
function isOpenOrUnder(id: string): boolean {
  return openId() === id || history.state?.under === id;
}
