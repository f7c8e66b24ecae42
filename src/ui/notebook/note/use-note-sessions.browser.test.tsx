import {afterEach, expect, it, vi} from 'vitest';
import {NotebookError} from '../../../db/notebook-error.ts';
import type {Notebook} from '../../../db/repositories.ts';
import {buildTree, type Tree} from '../../../notes/tree.ts';
import type {Live} from '../../../sync/api.ts';
import {fakeApp, SYNCED, settable} from '../../testing/fake-app.ts';
import {cleanUp, render} from '../../testing/render.tsx';
import {useLive} from '../../use-live.ts';
import {createDrafts} from './drafts.ts';
import type {NoteSessions} from './note-sessions.ts';
import {useDraftsOfArriving, useNoteSessions, useSaveBeforeLeaving} from './use-note-sessions.ts';

afterEach(cleanUp);

function Page({sessions}: {readonly sessions: NoteSessions}) {
  useSaveBeforeLeaving(sessions);
  return null;
}

/** As when the page goes: whether the browser is to ask first. */
function leave(): 'asks' | 'goes' {
  const event = new Event('beforeunload', {cancelable: true});
  dispatchEvent(event);
  return event.defaultPrevented ? 'asks' : 'goes';
}

it('asks before the page goes while a text could not be stored, and only then; what can be saved is saved', async () => {
  let failed: readonly string[] = ['note1'];
  const flushAll = vi.fn<NoteSessions['flushAll']>(() => 'safe');
  const sessions: NoteSessions = {
    of: () => {
      throw new Error('no note is open');
    },
    flushAll,
    failed: () => failed,
    watchFailed: () => () => undefined,
  };
  render(fakeApp({status: settable(SYNCED)}), <Page sessions={sessions} />);
  await vi.waitFor(() => expect(leave()).toBe('asks'));
  failed = [];
  expect(leave()).toBe('goes');
  flushAll.mockReturnValueOnce('at risk');
  expect(leave()).toBe('asks');
  expect(leave()).toBe('goes');
  flushAll.mockClear();
  dispatchEvent(new Event('pagehide'));
  expect(flushAll).toHaveBeenCalledOnce();
});

it('a text that is larger than this browser keeps as a draft is said to be', () => {
  const drafts = createDrafts(localStorage, '/large/', 'page');
  const loaded = {stamp: '1', parts: {meta: '', data: '', body: ''}};
  const draft = {noteId: 'n1', loaded, edit: {text: 'a'}, title: 'Large', type: 'text', editedMs: 1};
  expect(drafts.put(draft)).toBe('kept');
  expect(drafts.put({...draft, edit: {text: 'a'.repeat(6_000_000)}})).toBe('no room');
  drafts.remove('n1');
});

function Watching({tree}: {readonly tree: Live<Tree>}) {
  useNoteSessions();
  useDraftsOfArriving(useLive(tree));
  return null;
}

it('a draft of an earlier page is saved when its note has arrived, by the last of the tree at the latest', async () => {
  const drafts = createDrafts(localStorage, '/', 'earlier');
  const loaded = {stamp: '1', parts: {meta: '', data: '', body: ''}};
  const draft = {noteId: 'n1', loaded, edit: {text: 'last words'}, title: 'Here', type: 'text', editedMs: 1};
  drafts.put(draft);
  let isHere = false;
  const saveDraft = vi.fn<Notebook['saveDraft']>(async () => {
    if (!isHere) throw new NotebookError('arriving', 'not here yet');
  });
  const app = fakeApp({status: settable(SYNCED), notebook: {saveDraft}});
  const tree = settable(buildTree({notes: [], branches: [], arriving: true, complete: false}));
  render(app, <Watching tree={tree} />);
  await vi.waitFor(() => expect(saveDraft).toHaveBeenCalled());
  expect(drafts.all()).toHaveLength(1);
  isHere = true;
  tree.set(buildTree({notes: [{id: 'n1', title: 'Here'}], branches: [], arriving: false, complete: true}));
  await vi.waitFor(() => expect(drafts.all()).toEqual([]));
  expect(saveDraft).toHaveBeenLastCalledWith(draft);
});
