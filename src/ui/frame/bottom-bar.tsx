/** Phones: the ways that a thumb needs. Hidden on wide screens, where the tree has them. */

import {Link, useLocation} from 'wouter';
import {useApp} from '../app-context.ts';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Icon} from '../parts/icon.tsx';
import {useAction} from '../parts/use-action.ts';

export function BottomBar() {
  const {notebook} = useApp();
  const [path, navigate] = useLocation();
  const action = useAction();
  const createNote = () =>
    action.run(async () => {
      const id = await notebook.createNote({parent: 'root', position: 'first'}, {title: ''});
      navigate(`/n/${id}`);
    });
  return (
    <>
      {action.error === null ? null : (
        <div className="frame-banner">
          <ErrorBanner error={action.error} />
        </div>
      )}
      <nav className="bottom-bar" aria-label="Main">
        <Link href="/" aria-current={path === '/' ? 'page' : undefined}>
          <Icon name="notes" />
          Notes
        </Link>
        <button type="button" onClick={createNote}>
          <Icon name="new-note" />
          New note
        </button>
      </nav>
    </>
  );
}
