/**
 * On every screen of a notebook: what was typed and isn't stored yet is stored before the page goes; and where the device had no
 * room for it, this is said also where its note isn't shown.
 */

import {useSyncExternalStore} from 'react';
import {Link, useRoute} from 'wouter';
import {useNoteSessions, useSaveBeforeLeaving} from '../notebook/note/use-note-sessions.ts';
import {Banner} from '../parts/banner.tsx';

export function UnsavedBanner() {
  const sessions = useNoteSessions();
  useSaveBeforeLeaving(sessions);
  const failed = useSyncExternalStore(sessions.watchFailed, sessions.failed);
  const [, shown] = useRoute('/n/:noteId');
  const [hidden] = failed.filter((noteId) => noteId !== shown?.noteId);
  if (hidden === undefined) return null;
  return (
    <section className="frame-banner" aria-label="Unsaved text">
      <Banner
        tone="bad"
        title="The text of a note could not be saved."
        actions={
          <Link className="button" href={`/n/${hidden}`}>
            Open the note
          </Link>
        }
      >
        <p>What you typed is kept in this page. Leave it open until the note says “Saved on this device”.</p>
      </Banner>
    </section>
  );
}
