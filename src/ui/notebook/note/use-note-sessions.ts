/** The note sessions of this page, one set per notebook, and what makes them save before the page goes. */

import {useEffect} from 'react';
import type {Notebook} from '../../../db/repositories.ts';
import {useApp} from '../../app-context.ts';
import {browserStorage} from '../../browser-storage.ts';
import {createDrafts, recoverDrafts} from './drafts.ts';
import {createNoteSessions, type NoteSessions} from './note-sessions.ts';

/** Outlives the screens: a text that couldn't be stored yet must not go when another screen is shown. */
const sessionsByNotebook = new WeakMap<Notebook, NoteSessions>();

export function useNoteSessions(): NoteSessions {
  const {notebook, basePath} = useApp();
  return sessionsOf(notebook, basePath);
}

/** Saves when the page is hidden or goes; asks before it goes while something can't be saved. */
export function useSaveBeforeLeaving(sessions: NoteSessions): void {
  useEffect(() => {
    const onHide = () => {
      if (document.visibilityState === 'hidden') sessions.flushAll();
    };
    const onLeave = () => sessions.flushAll();
    const onAsk = (event: BeforeUnloadEvent) => {
      if (sessions.failed().length > 0) event.preventDefault();
    };
    document.addEventListener('visibilitychange', onHide);
    addEventListener('pagehide', onLeave);
    addEventListener('beforeunload', onAsk);
    return () => {
      document.removeEventListener('visibilitychange', onHide);
      removeEventListener('pagehide', onLeave);
      removeEventListener('beforeunload', onAsk);
    };
  }, [sessions]);
}

function sessionsOf(notebook: Notebook, basePath: string): NoteSessions {
  const found = sessionsByNotebook.get(notebook);
  if (found !== undefined) return found;
  const drafts = createDrafts(browserStorage(), basePath);
  const made = createNoteSessions({notebook, drafts, wait: waitMs});
  sessionsByNotebook.set(notebook, made);
  void recoverDrafts(notebook, drafts);
  return made;
}

function waitMs(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
