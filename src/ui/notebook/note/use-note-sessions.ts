/** The note sessions of this page, one set per notebook, and what makes them save before the page goes. */

import {useEffect, useRef} from 'react';
import type {Notebook} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import {useApp} from '../../app-context.ts';
import {browserStorage} from '../../browser-storage.ts';
import {createDrafts, type Draft, recoverDrafts} from './drafts.ts';
import {createNoteSessions, type NoteSessions} from './note-sessions.ts';

/** Outlives the screens: a text that couldn't be stored yet must not go when another screen is shown. */
const sessionsByNotebook = new WeakMap<Notebook, NoteSessions>();
/** What earlier pages couldn't save and this one couldn't so far. */
const leftByNotebook = new WeakMap<Notebook, Promise<readonly Draft[]>>();

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

/** What an earlier page couldn't save may belong to a note that arrives only now (ADR 29). */
export function useDraftsOfArriving(tree: Tree | undefined): void {
  const {notebook, basePath} = useApp();
  const wasArriving = useRef(false);
  useEffect(() => {
    if (tree === undefined) return;
    if (tree.arriving || wasArriving.current) recoverAgain(notebook, basePath);
    wasArriving.current = tree.arriving;
  }, [notebook, basePath, tree]);
}

function sessionsOf(notebook: Notebook, basePath: string): NoteSessions {
  const found = sessionsByNotebook.get(notebook);
  if (found !== undefined) return found;
  const drafts = createDrafts(browserStorage(), basePath);
  const made = createNoteSessions({notebook, drafts, wait: waitMs});
  sessionsByNotebook.set(notebook, made);
  leftByNotebook.set(notebook, recoverDrafts(notebook, drafts));
  return made;
}

function recoverAgain(notebook: Notebook, basePath: string): void {
  const drafts = createDrafts(browserStorage(), basePath);
  const left = leftByNotebook.get(notebook);
  if (left === undefined) return;
  leftByNotebook.set(
    notebook,
    left.then((earlier) => recoverDrafts(notebook, drafts, earlier)),
  );
}

function waitMs(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
