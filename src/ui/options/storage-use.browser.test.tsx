import {afterEach, expect, it} from 'vitest';
import {page} from 'vitest/browser';
import type {DeviceFacts} from '../../sync/probe.ts';
import {fakeApp, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {StorageUse} from './storage-use.tsx';

afterEach(cleanUp);

const FACTS: DeviceFacts = {
  isPersisted: true,
  usedBytes: 20 * 1024 * 1024,
  allowedBytes: 2 * 1024 * 1024 * 1024,
  isNearlyFull: false,
  offlineStart: 'ready',
};

function show(facts: Partial<DeviceFacts>, keepData = async () => true) {
  let now = {...FACTS, ...facts};
  const control = {
    device: async () => now,
    keepData: async () => {
      const isPersisted = await keepData();
      now = {...now, isPersisted};
      return isPersisted;
    },
  };
  render(fakeApp({status: settable(SYNCED), control}), <StorageUse />);
}

it('tells what the browser says of the room, and that all is kept', async () => {
  show({});
  await expect.element(page.getByText('21 MB')).toBeVisible();
  await expect.element(page.getByText('The browser keeps the notes until you remove them.')).toBeVisible();
  expect(document.querySelector('.banner')).toBeNull();
});

it('says so where the browser tells nothing, as WebKitGTK and pages on plain http', async () => {
  show({isPersisted: null, usedBytes: null, allowedBytes: null});
  await expect.element(page.getByText('This browser doesn’t tell how much room there is.')).toBeVisible();
  await expect.element(page.getByText('This browser doesn’t tell whether it keeps the notes for good.')).toBeVisible();
});

it('asks the browser to keep the notes, and tells what it answered', async () => {
  let answer = false;
  show({isPersisted: false}, async () => answer);
  await page.getByRole('button', {name: 'Keep offline data'}).click();
  await expect.element(page.getByText(/The browser didn’t agree/)).toBeVisible();
  answer = true;
  await page.getByRole('button', {name: 'Keep offline data'}).click();
  await expect.element(page.getByText('The browser keeps the notes until you remove them.')).toBeVisible();
});

it('warns where there is little room, and where the app doesn’t start offline', async () => {
  show({isNearlyFull: true, offlineStart: 'none'});
  await expect.element(page.getByText('There is little room left for notes.')).toBeVisible();
  await expect.element(page.getByText('In this window Aster doesn’t start without a network.')).toBeVisible();
});
