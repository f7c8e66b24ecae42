/**
 * The setup code of the link that a server prints, `/setup#code=…`. It is taken out of the address bar at once, so that it
 * stays out of history, bookmarks and screenshots; a link opened while the app is open counts too.
 */

import {useEffect, useState} from 'react';

export function useSetupCode(): string | null {
  const [code, setCode] = useState(() => readSetupCode(location.hash));
  useEffect(() => {
    const take = () => {
      const found = readSetupCode(location.hash);
      if (found === null) return;
      setCode(found);
      history.replaceState(history.state, '', location.pathname + location.search);
    };
    take();
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  return code;
}

export function readSetupCode(hash: string): string | null {
  const code = new URLSearchParams(hash.replace(/^#/, '')).get('code');
  return code === null || code === '' ? null : code;
}
