/**
 * "Saved on this device" or "Synced", per note, without flicker: while someone types with short pauses it says "Editing"
 * and stays so until the text has been stored for a moment.
 */

import {useEffect, useState} from 'react';
import type {NoteView} from '../../../db/repositories.ts';
import type {Session} from './note-session.ts';

const CALM_MS = 700;

const WORDS_BY_SYNC: Record<NoteView['sync'], string> = {
  saved: 'Saved on this device',
  synced: 'Synced',
  refused: 'Saved on this device, refused by the server',
};

export function SavedState({session, sync}: {readonly session: Session; readonly sync: NoteView['sync']}) {
  const isClean = session.state === 'clean';
  const isCalm = useIsCalm(isClean) && isClean;
  return (
    <span className="saved-state">
      {session.state === 'failed' ? 'Not saved' : isCalm ? WORDS_BY_SYNC[sync] : 'Editing'}
    </span>
  );
}

/** True from the start; after typing only when all has been stored for a moment. */
function useIsCalm(isClean: boolean): boolean {
  const [isCalm, setIsCalm] = useState(isClean);
  useEffect(() => {
    if (!isClean) {
      setIsCalm(false);
      return;
    }
    const timer = setTimeout(() => setIsCalm(true), CALM_MS);
    return () => clearTimeout(timer);
  }, [isClean]);
  return isCalm;
}
