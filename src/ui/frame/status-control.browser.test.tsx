import {afterEach, expect, it, vi} from 'vitest';
import {page, userEvent} from 'vitest/browser';
import type {SyncError} from '../../../protocol/errors.ts';
import type {SyncStatus} from '../../sync/api.ts';
import {fakeApp, LINKED_REPLICA, ROOT, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {StatusControl} from './status-control.tsx';

afterEach(cleanUp);

const status = () => page.getByRole('status');
const panel = () => page.getByRole('dialog', {name: 'Sync', exact: true});

function show(first: SyncStatus) {
  const live = settable(first);
  const control = {syncNow: vi.fn(async () => {}), retry: vi.fn(async () => {}), chooseClock: vi.fn(async () => {})};
  render(fakeApp({status: live, control}), <StatusControl />);
  return {live, control};
}

it('the panel has the whole root digest under its name', async () => {
  show(SYNCED);
  await status().getByRole('button').click();
  await expect.element(panel().getByLabelText('Root digest')).toHaveTextContent(ROOT);
  await expect.element(panel().getByText(/^Same as the server,/)).toBeVisible();
});

it('Escape and Back close the panel, and the focus goes back to the control', async () => {
  show(SYNCED);
  const entries = history.length;
  for (const close of [() => userEvent.keyboard('{Escape}'), async () => history.back()]) {
    await status().getByRole('button').click();
    await expect.element(panel()).toBeVisible();
    await close();
    await expect.element(panel()).not.toBeInTheDocument();
    await expect.element(status().getByRole('button')).toHaveFocus();
    await expect.poll(() => history.state?.open).toBeUndefined();
  }
  expect(history.length).toBeLessThanOrEqual(entries + 1);
});

it('a round that ends at once does not flicker; a long one shows', async () => {
  const {live} = show(SYNCED);
  await expect.element(status()).toMatchTextContent(/^Synced/);
  live.set({...SYNCED, state: 'syncing', waiting: 2});
  await expect.element(status()).toHaveTextContent('2 changes waiting');
  await expect.element(status()).toHaveTextContent('Syncing 2');
});

it('signing in again is said at once, not the state before it', async () => {
  const {live} = show({...SYNCED, state: 'signed_out'});
  await expect.element(status()).toHaveTextContent('Signed out');
  const shown: (string | null)[] = [];
  const control = status().element();
  new MutationObserver(() => shown.push(control.textContent)).observe(control, {
    childList: true,
    subtree: true,
    characterData: true,
  });
  live.set({...SYNCED, state: 'syncing', waiting: 2});
  await expect.element(status()).toHaveTextContent('Syncing 2');
  expect(new Set(shown)).toEqual(new Set(['Syncing 2']));
});

it('a storage that failed in this tab is a problem, whatever was read before', async () => {
  const failure = settable<SyncError>({type: 'storage_outdated', message: ''});
  render({...fakeApp({status: settable(SYNCED)}), failure}, <StatusControl />);
  await expect.element(status()).toHaveTextContent('Sync problem');
  await status().getByRole('button').click();
  await expect.element(panel().getByText('A newer Aster is open in another tab.')).toBeVisible();
});

it('"Retry" is there only when the server refused something', async () => {
  const {live, control} = show(SYNCED);
  await status().getByRole('button').click();
  await expect.element(panel().getByRole('button', {name: 'Sync now'})).toBeVisible();
  await expect.element(panel().getByRole('button', {name: 'Retry'})).not.toBeInTheDocument();
  await expect.element(panel().getByRole('button', {name: 'Export unsynced changes'})).not.toBeInTheDocument();
  live.set({...SYNCED, state: 'problem', waiting: 1, parked: 1});
  await expect.element(panel().getByText('The server refused 1 change.')).toBeVisible();
  await expect.element(panel().getByRole('button', {name: 'Export unsynced changes'})).toBeVisible();
  await panel().getByRole('button', {name: 'Retry'}).click();
  expect(control.retry).toHaveBeenCalledWith();
});

it('a clock problem names the difference, its direction and both times, and takes the server’s time on request', async () => {
  const problem = {type: 'clock_skew', message: '', offsetMs: 363_000, deviceMs: 0, serverMs: 363_000} as const;
  const {control} = show({...SYNCED, state: 'clock', problem});
  await expect.element(status()).toHaveTextContent('Clock problem');
  await status().getByRole('button').click();
  await expect.element(panel()).toMatchTextContent(/This device’s clock is 6 minutes 3 seconds behind the server’s\./);
  await panel().getByRole('button', {name: "Use the server's time"}).click();
  expect(control.chooseClock).toHaveBeenCalledWith('server');
});

it('going to the next step closes the panel and stays there', async () => {
  const before = location.pathname + location.search;
  show({...SYNCED, state: 'not_set_up', replica: {...LINKED_REPLICA, server: null}});
  await status().getByRole('button').click();
  await panel().getByRole('link', {name: 'Set up sync'}).click();
  await expect.element(panel()).not.toBeInTheDocument();
  expect(location.pathname).toBe('/options/sync');
  history.replaceState(null, '', before);
});
