/** What people do in the app, by the words on its screens. */
import type {Locator, Page} from '@playwright/test';
import {signIn, until} from './browser.ts';

export function textBox(page: Page): Locator {
  return page.getByRole('textbox', {name: 'Note text'});
}

/** Signs in and waits until everything is here; then opens the note by its link. */
export async function openOn(page: Page, address: string, deviceName: string, noteId: string): Promise<void> {
  await signIn(page, address, deviceName);
  await until(page, 'synced');
  await page.goto(`${address}n/${noteId}`);
  await until(page, 'text');
  await until(page, 'synced');
}

export async function typeAtEnd(page: Page): Promise<void> {
  await textBox(page).click();
  await page.keyboard.press('ControlOrMeta+End');
}

/** Until the app can start without a server. */
export async function appIsKept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller !== null) return;
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, {once: true}));
  });
}

/** The note says that the server has it, some time after the last key press. */
export async function noteIsSynced(page: Page): Promise<void> {
  await page
    .getByRole('region', {name: 'Note', exact: true})
    .getByText(/^Synced/)
    .waitFor();
}
