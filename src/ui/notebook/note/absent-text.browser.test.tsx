import {afterEach, expect, it, vi} from 'vitest';
import {page} from 'vitest/browser';
import type {Ref} from '../../../../protocol/entity.ts';
import {failed, ok, type Result} from '../../../../protocol/errors.ts';
import type {NoteView} from '../../../db/repositories.ts';
import {fakeApp, SYNCED, settable} from '../../testing/fake-app.ts';
import {cleanUp, render} from '../../testing/render.tsx';
import {AbsentText} from './absent-text.tsx';
import {NoteBody} from './note-body.tsx';
import {openSession} from './note-session.ts';
import type {NoteHandle} from './note-sessions.ts';

afterEach(cleanUp);

function open(of: Ref) {
  const server = {answer: ok(undefined) as Result<void>};
  const fetchBody = vi.fn(async (_ref: Ref) => server.answer);
  const app = fakeApp({status: settable(SYNCED), control: {fetchBody}});
  return {app, server, fetchBody, show: () => render(app, <AbsentText of={of} />)};
}

const getIt = page.getByRole('button', {name: 'Get it now'});

it('of a note is fetched when the note is opened, and again when asked, where that failed', async () => {
  const note = {kind: 'note', id: 'note1'} as const;
  const {server, fetchBody, show} = open(note);
  server.answer = failed({type: 'offline', message: 'no network'});
  show();
  await expect.element(page.getByText('This device has no network.')).toBeVisible();
  expect(fetchBody).toHaveBeenCalledWith(note);
  const before = fetchBody.mock.calls.length;
  server.answer = ok(undefined);
  await getIt.click();
  await expect.element(page.getByText('This device has no network.')).not.toBeInTheDocument();
  expect(fetchBody.mock.calls.length).toBe(before + 1);
});

it('of a revision is fetched when somebody asks', async () => {
  const {fetchBody, show} = open({kind: 'revision', id: 'revision1'});
  show();
  await expect.element(getIt).toBeVisible();
  expect(fetchBody).not.toHaveBeenCalled();
  await getIt.click();
  expect(fetchBody).toHaveBeenCalledTimes(1);
});

it.each(['text', 'code', 'book'])('of a note of type %s can’t be typed before it is here', async (type) => {
  const note = {kind: 'note', id: 'note1'} as const;
  const loaded = {stamp: '000000001-0000-abcdefgh', parts: {meta: '', data: '', body: 'of a text that isn’t here'}};
  const shown = {title: 'Plan', text: null, type, mime: 'text/html', loaded};
  const view: NoteView = {...shown, id: note.id, undecodable: false, deleted: false, sync: 'synced', modifiedMs: 1};
  const session = openSession(shown);
  const handle: NoteHandle = {
    current: () => ({state: 'open', view, session, showing: 1}),
    subscribe: () => () => undefined,
    type: () => undefined,
    typeText: () => undefined,
    flush: () => undefined,
    retry: () => undefined,
    retain: () => () => undefined,
  };
  const {app, server} = open(note);
  server.answer = failed({type: 'offline', message: 'no network'});
  render(app, <NoteBody view={view} session={session} showing={1} handle={handle} onOpenNote={() => undefined} />);
  await expect.element(getIt).toBeVisible();
  expect(document.querySelector('textarea, input, [contenteditable="true"]')).toBeNull();
});
