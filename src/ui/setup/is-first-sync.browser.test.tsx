import {afterEach, expect, it, vi} from 'vitest';
import {page} from 'vitest/browser';
import {ok} from '../../../protocol/errors.ts';
import type {TreeSource} from '../../db/repositories.ts';
import type {SyncStatus} from '../../sync/api.ts';
import {Frame} from '../frame/frame.tsx';
import {fakeApp, LINKED_REPLICA, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {useStatus} from '../use-status.tsx';
import {useIsFirstSync} from './use-is-first-sync.ts';

afterEach(cleanUp);

const head = {seq: 9, mark: 'mark'};
const ARRIVING: SyncStatus = {
  ...SYNCED,
  state: 'syncing',
  lastSyncMs: null,
  arriving: true,
  firstSync: {head, lane: 'heads', after: null, received: 2000, total: 4000, bytes: 3_000_000},
  replica: {...LINKED_REPLICA, cursor: null},
};
const place = (note: string) => ({id: `place-${note}`, note, parent: 'root', key: 'a0', stamp: note});
const noteHead = (id: string) => ({id, title: id, type: 'text', mime: 'text/html'});
const sourceOf = (notes: readonly string[]): TreeSource => ({
  notes: notes.map(noteHead),
  branches: ['a', 'b'].map(place),
  complete: false,
  arriving: true,
});

function Shown() {
  const isFirstSync = useIsFirstSync(useStatus());
  return (
    <Frame notebook={isFirstSync === false ? 'here' : 'none'}>{isFirstSync === false ? 'notebook' : 'waits'}</Frame>
  );
}

function open() {
  const status = settable(ARRIVING);
  const source = settable(sourceOf([]));
  const fetchNotes = vi.fn(async (_ids: readonly string[]) => ok(undefined));
  const app = fakeApp({
    status,
    control: {fetchNotes},
    notebook: {watchTree: () => source},
  });
  render(app, <Shown />);
  return {status, source, fetchNotes};
}

it('the notebook opens with the first row, whose note was got by name, and says how far it is', async () => {
  const {status, source, fetchNotes} = open();
  await expect.element(page.getByText('waits')).toBeVisible();
  await expect.poll(() => fetchNotes.mock.calls).toContainEqual([['a', 'b']]);
  source.set(sourceOf(['b']));
  await expect.element(page.getByText('notebook')).toBeVisible();
  await expect.element(page.getByRole('heading', {name: 'Sync in progress'})).toBeVisible();
  await expect.element(page.getByText('2,000 of 4,000 received, 3 MB')).toBeVisible();
  status.set({...ARRIVING, arriving: false, firstSync: {head, lane: 'bodies', after: null, received: 0, total: 9}});
  await expect.element(page.getByRole('heading', {name: 'Sync in progress'})).not.toBeInTheDocument();
  await expect.element(page.getByText('notebook')).toBeVisible();
});

it('where it stopped, the strip says why and offers another try', async () => {
  const {status, source} = open();
  source.set(sourceOf(['a']));
  status.set({...ARRIVING, state: 'unreachable', problem: {type: 'unreachable', message: ''}});
  await expect.element(page.getByText(/^Stopped\. The server is not reachable\./)).toBeVisible();
  await expect.element(page.getByRole('button', {name: 'Try again'})).toBeVisible();
});
