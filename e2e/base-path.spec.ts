import {setUpServer, signIn} from './fixtures/accounts.ts';
import {appIsKept, type Device, goOffline, goOnline} from './fixtures/device.ts';
import {createNote, noteAddress, openNote, replaceText, textBox, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, isSynced, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

test.use({serverOptions: {basePath: '/notes/'}});

test('under a base path: setup, two devices, links, and starting offline by the address of a note', async ({
  server,
  newDevice,
}) => {
  expect(server.setupLink).toContain('/notes/setup#code=');
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As agreed.');
  const link = noteAddress(a);
  expect(new URL(link).pathname).toMatch(/^\/notes\/n\//);
  await isSynced(a);
  await installsBelow(a, '/notes/');
  await signIn(b);
  await openNote(b, 'Plan');
  await appIsKept(a);

  await goOffline(a);
  await a.page.goto(link);
  await expect(titleBox(a)).toHaveValue('Plan');
  await expect(status(a)).toContainText('Offline');
  await replaceText(a, 'Changed offline.');
  await a.page.reload();
  await expect(textBox(a)).toHaveText('Changed offline.');
  await goOnline(a);
  await expect(textBox(b)).toHaveText('Changed offline.');
  await allAreEqual(await observe(server, ACCOUNT), a, b);

  const outside = await fetch(`${server.origin}/api/health`);
  expect(outside.status).toBe(404);
});

/** What an installed app is started at, and all that it takes for its own: another app of the host must not be part of it. */
async function installsBelow({page}: Device, path: string): Promise<void> {
  const address = await page.locator('link[rel="manifest"]').evaluate((link: HTMLLinkElement) => link.href);
  const {start_url, scope} = (await (await page.request.get(address)).json()) as Record<string, string>;
  for (const part of [start_url, scope]) expect(new URL(part ?? '/', address).pathname).toBe(path);
}
