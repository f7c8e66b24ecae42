/** Every state of the status control, entered and left, in two tabs of one browser alike; and what is read out of them. */
import type {Page} from '@playwright/test';
import {setUpServer, startNotebook} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {appIsKept, type Device, goOffline, goOnline} from './fixtures/device.ts';
import type {Message} from './fixtures/fault-proxy.ts';
import {createNote, isSaved, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, outbox, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

const MINUTE = 60_000;
const SYNCED = /^Synced \d/;
const isSync = (path: string): boolean => path.includes('/api/sync/') || path.endsWith('/api/pokes');

async function openTab(device: Device): Promise<Device> {
  const page = await device.context.newPage();
  await page.goto(device.page.url());
  return {...device, page};
}

/** A server that is back is asked after a pause of ten seconds at most. */
const AFTER_A_PAUSE = {timeout: 25_000};

async function say(tabs: readonly Device[], words: string | RegExp, options = {}): Promise<void> {
  for (const tab of tabs) await expect(status(tab)).toHaveText(words, options);
}

/** Presses a button of the sync panel. */
async function press(tab: Device, name: string): Promise<void> {
  await tab.page.bringToFront();
  await (await openSyncPanel(tab)).getByRole('button', {name}).click();
  await closeSyncPanel(tab);
}

test('not set up, syncing, waiting, offline and synced are entered and left in all tabs alike, also in one opened offline', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  const a = await newDevice('Desk', {at: faultProxy});
  await startNotebook(a);
  const b = await openTab(a);
  const tabs = [a, b];
  await say(tabs, 'Not set up');

  await a.page.bringToFront();
  await a.page.goto(`${a.address}options/sync`);
  await a.page.getByLabel('Server instance address').fill(faultProxy.origin);
  await a.page.getByRole('button', {name: 'Save', exact: true}).click();
  await a.page.getByLabel('Setup code').fill(new URL(server.setupLink).hash.replace('#code=', ''));
  await a.page.getByLabel('Username').fill(ACCOUNT.username);
  await a.page.getByLabel('Password').fill(ACCOUNT.password);
  await a.page.getByRole('button', {name: 'Create account'}).click();
  await say(tabs, SYNCED);

  await a.page.goto(a.address);
  await createNote(a, 'Plan', 'As agreed.');
  await say(tabs, SYNCED);
  const heldTexts = await Promise.all(tabs.map(({page}) => recordStatus(page)));
  const held = faultProxy.hold('sync/push', 'before');
  await replaceText(a, 'On its way.');
  await held.arrived;
  await say(tabs, 'Syncing 1');
  await held.pass();
  await say(tabs, SYNCED);
  for (const texts of heldTexts) expect(await texts()).toContain('1 change waiting');

  await appIsKept(a);
  await goOffline(a);
  await say(tabs, 'Offline');
  await replaceText(a, 'Written in the air.');
  await say(tabs, 'Offline 1 waiting');
  await a.page.reload();
  const late = await openTab(a);
  await say([...tabs, late], 'Offline 1 waiting');
  const panel = await openSyncPanel(late);
  await expect(panel.getByText('This device has no network.', {exact: true})).toBeVisible();
  await expect(panel.getByText('Sync goes on by itself when the network is back.')).toBeVisible();
  await late.page.close();
  await goOnline(a);
  await say(tabs, SYNCED);
  const observer = await observe(server, ACCOUNT);
  expect((await observer.note('Plan')).text).toContain('Written in the air.');
  await b.page.close();
  await allAreEqual(observer, a);
});

test(
  'server not reachable, signed out, clock problem, sync problem, a refused change and a pause are entered and left in all tabs alike',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    test.slow();
    const a = await newDevice('Desk', {at: faultProxy});
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Plan', 'As agreed.');
    await isSynced(a);
    const b = await openTab(a);
    const tabs = [a, b];
    await say(tabs, SYNCED);
    const write = async (text: string): Promise<void> => {
      await a.page.bringToFront();
      await replaceText(a, text);
    };

    await test.step('server not reachable', async () => {
      await server.kill();
      await say(tabs, 'Server not reachable');
      await write('Written without a server.');
      await say(tabs, 'Server not reachable 1 waiting');
      await a.page.reload();
      await say(tabs, 'Server not reachable 1 waiting');
      await server.start();
      await say(tabs, SYNCED, AFTER_A_PAUSE);
    });

    await test.step('sync problem, after a round in either tab', async () => {
      faultProxy.answerWith(isSync, {status: 200, type: 'text/html', body: '<h1>It works!</h1>'});
      await write('Written to a stranger.');
      await say(tabs, 'Sync problem 1 waiting');
      await press(b, 'Sync now');
      await say(tabs, 'Sync problem 1 waiting');
      faultProxy.answerNormally();
      await press(b, 'Sync now');
      await say(tabs, SYNCED);
    });

    await test.step('a refused change', async () => {
      faultProxy.alter('sync/push', (message) => ({
        ...message,
        entities: (message.entities as Message[]).map(damaged),
      }));
      await write('Arrives damaged.');
      await say(tabs, 'Sync problem 1 refused');
      await a.page.reload();
      await say(tabs, 'Sync problem 1 refused');
      await goOffline(a);
      await say(tabs, 'Offline 1 refused');
      await goOnline(a);
      await say(tabs, 'Sync problem 1 refused');
      await press(b, 'Retry');
      await say(tabs, SYNCED);
    });

    await test.step('paused', async () => {
      await press(b, 'Pause sync');
      await say(tabs, 'Paused');
      await write('Written in a pause.');
      await say(tabs, '1 change waiting paused');
      await a.page.reload();
      await say(tabs, '1 change waiting paused');
      await press(a, 'Resume sync');
      await say(tabs, SYNCED);
    });

    await test.step('clock problem', async () => {
      await server.skewClock(6 * MINUTE);
      await say(tabs, 'Clock problem');
      await write('Written at another time.');
      await say(tabs, 'Clock problem 1 waiting');
      await server.skewClock(0);
      await say(tabs, SYNCED, AFTER_A_PAUSE);
    });

    await test.step('signed out, and in again in the other tab', async () => {
      const body = JSON.stringify({error: {type: 'signed_out', message: 'unknown token'}});
      faultProxy.answerWith(isSync, {status: 401, type: 'application/json', body});
      await write('Written signed out.');
      await say(tabs, 'Signed out 1 waiting');
      faultProxy.answerNormally();
      await b.page.bringToFront();
      await b.page.getByRole('link', {name: 'Sign in'}).first().click();
      await b.page.getByLabel('Password').fill(ACCOUNT.password);
      await b.page.getByRole('button', {name: 'Sign in'}).click();
      await say(tabs, SYNCED);
    });
    await allAreEqual(await observe(server, ACCOUNT), a, b);
  },
);

test(
  'a screen reader hears an outage and its end once each, and nothing of a paragraph that is typed, saved and synced',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);
    const heard = await listen(device.page);
    await textBox(device).press('End');
    for (const sentence of [' One thing.', ' Another thing.', ' And a third.', ' That is all.']) {
      await device.page.keyboard.type(sentence);
      await isSaved(device);
      await isSynced(device);
    }
    await server.kill();
    await expect.poll(heard).toEqual(['Server not reachable']);
    for (const [index, sentence] of [' Still here.', ' And here.'].entries()) {
      await device.page.keyboard.type(sentence);
      await createNote(device, `Beside ${index}`, 'Waits too.');
      await expect(status(device)).toHaveText(/^Server not reachable \d waiting$/);
    }
    await server.start();
    await isSynced(device);
    await expect.poll(heard).toEqual(['Server not reachable', 'Synced']);

    await device.page.keyboard.type(' Afterwards.');
    await isSynced(device);
    await (await openSyncPanel(device)).getByRole('button', {name: 'Pause sync'}).click();
    await expect(outbox(device)).toHaveCount(0);
    await expect.poll(heard).toEqual(['Server not reachable', 'Synced', 'Paused']);
  },
);

function damaged(entity: Message): Message {
  return {...entity, hash: 'A'.repeat(43)};
}

/** Every text that the status control shows from now on. */
async function recordStatus(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const shown: string[] = [];
    const control = document.querySelector('[aria-haspopup="dialog"].status-button');
    const note = (): void => void shown.push((control?.textContent ?? '').replace(/\s+/g, ' ').trim());
    if (control !== null)
      new MutationObserver(note).observe(control, {childList: true, characterData: true, subtree: true});
    Object.assign(globalThis, {shown});
  });
  return () => page.evaluate(() => (globalThis as unknown as {shown: string[]}).shown);
}

/** Every text that any live region of the page gets from now on, as a screen reader would say it. */
async function listen(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const heard: string[] = [];
    const LIVE = '[aria-live], [role="status"], [role="alert"], [role="log"], output';
    const hear = (node: Node): void => {
      const element = node instanceof Element ? node : node.parentElement;
      const region = element?.closest(LIVE);
      if (region == null || region.getAttribute('aria-live') === 'off') return;
      const text = (region.textContent ?? '').trim();
      if (text !== '' && text !== heard.at(-1)) heard.push(text);
    };
    new MutationObserver((changes) => {
      for (const {target, addedNodes} of changes) for (const node of [target, ...addedNodes]) hear(node);
    }).observe(document.body, {childList: true, characterData: true, subtree: true});
    Object.assign(globalThis, {heard});
  });
  return () => page.evaluate(() => (globalThis as unknown as {heard: string[]}).heard);
}
