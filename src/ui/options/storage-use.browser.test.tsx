import {afterEach, expect, it, vi} from 'vitest';
import {page} from 'vitest/browser';
import {fakeApp, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {StorageUse} from './storage-use.tsx';

afterEach(cleanUp);
afterEach(() => vi.restoreAllMocks());

const show = () => render(fakeApp({status: settable(SYNCED)}), <StorageUse />);

it('tells what the browser says of the room', async () => {
  show();
  await expect.element(page.getByText('Allowed', {exact: true})).toBeVisible();
});

it('says so where the browser has no navigator.storage, as WebKitGTK and pages on plain http', async () => {
  vi.spyOn(navigator, 'storage', 'get').mockReturnValue(undefined as unknown as StorageManager);
  show();
  await expect.element(page.getByText('This browser doesn’t tell how much room there is.')).toBeVisible();
});
