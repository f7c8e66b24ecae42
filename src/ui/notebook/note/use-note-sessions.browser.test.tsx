import {afterEach, expect, it, vi} from 'vitest';
import {fakeApp, SYNCED, settable} from '../../testing/fake-app.ts';
import {cleanUp, render} from '../../testing/render.tsx';
import type {NoteSessions} from './note-sessions.ts';
import {useSaveBeforeLeaving} from './use-note-sessions.ts';

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
  const flushAll = vi.fn();
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
  flushAll.mockClear();
  dispatchEvent(new Event('pagehide'));
  expect(flushAll).toHaveBeenCalledOnce();
});
