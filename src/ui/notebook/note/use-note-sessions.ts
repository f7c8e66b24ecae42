/** The note sessions of this page, one set per notebook, and what makes them save before the page goes. */

import {useEffect, useRef} from 'react';
import type {Notebook} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import {type App, useApp} from '../../app-context.ts';
import {browserStorage} from '../../browser-storage.ts';
import {createDrafts, type Drafts, type KeptDraft, recoverDrafts} from './drafts.ts';
import {createNoteSessions, type NoteSessions} from './note-sessions.ts';

interface Opened {
  readonly sessions: NoteSessions;
  readonly drafts: Drafts;
  /** What earlier pages couldn't save and this one couldn't so far. */
  left: Promise<readonly KeptDraft[]>;
}

/** Outlives the screens: a text that couldn't be stored yet must not go when another screen is shown. */
const openedByNotebook = new WeakMap<Notebook, Opened>();

export function useNoteSessions(): NoteSessions {
  return openedIn(useApp()).sessions;
}

/** Saves when the page is hidden or goes; asks before it goes while something can't be saved, or would be lost where its save doesn't end. */
export function useSaveBeforeLeaving(sessions: NoteSessions): void {
  useEffect(() => {
    const onHide = () => {
      if (document.visibilityState === 'hidden') sessions.flushAll();
    };
    const onLeave = () => void sessions.flushAll();
    const onAsk = (event: BeforeUnloadEvent) => {
      if (sessions.flushAll() === 'at risk' || sessions.failed().length > 0) event.preventDefault();
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
  const {notebook} = useApp();
  const wasArriving = useRef(false);
  useEffect(() => {
    if (tree === undefined) return;
    if (tree.arriving || wasArriving.current) recoverAgain(notebook);
    wasArriving.current = tree.arriving;
  }, [notebook, tree]);
}

function openedIn({notebook, basePath, writer}: App): Opened {
  const found = openedByNotebook.get(notebook);
  if (found !== undefined) return found;
  const drafts = createDrafts(browserStorage(), basePath, writer.newId());
  const sessions = createNoteSessions({notebook, drafts, wait: waitMs, nowMs: Date.now, sinceKeyMs: watchKeys()});
  const made = {sessions, drafts, left: recoverDrafts(notebook, drafts)};
  openedByNotebook.set(notebook, made);
  return made;
}

function recoverAgain(notebook: Notebook): void {
  const opened = openedByNotebook.get(notebook);
  if (opened !== undefined) opened.left = opened.left.then((left) => recoverDrafts(notebook, opened.drafts, left));
}

function waitMs(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}

/** How long ago somebody typed in this page, by whatever keyboard; forever, where nobody has. */
function watchKeys(): () => number {
  let lastMs = Number.NEGATIVE_INFINITY;
  const onKey = ({timeStamp}: Event) => {
    lastMs = timeStamp;
  };
  for (const type of ['keydown', 'beforeinput']) addEventListener(type, onKey, {capture: true, passive: true});
  return () => performance.now() - lastMs;
}
