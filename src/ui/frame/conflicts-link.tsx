/** "Conflicts" with their number, in the header of every screen; nothing where there are none. */

import {useMemo} from 'react';
import {Link, useLocation} from 'wouter';
import {useApp} from '../app-context.ts';
import {formatNumber} from '../formats.ts';
import {Icon} from '../parts/icon.tsx';
import {useLive} from '../use-live.ts';

export function ConflictsLink() {
  const {notebook} = useApp();
  const count = useLive(useMemo(() => notebook.watchAllConflicts(), [notebook]))?.length ?? 0;
  const [path] = useLocation();
  if (count === 0) return null;
  return (
    <Link
      className="conflicts-link"
      href="/conflicts"
      aria-current={path === '/conflicts' ? 'page' : undefined}
      title="What two devices changed at once, for you to decide"
    >
      <Icon name="conflict" />
      <span className="conflicts-word">Conflicts</span>{' '}
      <span className="conflicts-count numbers">{formatNumber(count)}</span>
    </Link>
  );
}
