/** `aster backup` beside a running server, `aster restore`, and what people at their devices see of it: nothing. */

import {setUpServer, signIn} from './fixtures/accounts.ts';
import {aster} from './fixtures/aster.ts';
import {DEEP} from './fixtures/deep.ts';
import {type Device, goOffline, goOnline} from './fixtures/device.ts';
import {createNote, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import type {Server} from './fixtures/server.ts';
import {allAreEqual, isSynced, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {treeItem} from './fixtures/tree.ts';

test.slow(); // several processes are started one after the other

const EQUAL = {exitCode: 0, said: expect.stringContaining('Everything is equal.')};

async function putBack(server: Server, file: string): Promise<void> {
  await server.stop();
  expect(await aster(server, 'restore', file)).toMatchObject({
    exitCode: 0,
    said: expect.stringContaining('What was there before is kept in'),
  });
  expect(await aster(server, 'verify')).toMatchObject(EQUAL);
  await server.start();
}

async function deleteNote(device: Device, title: string): Promise<void> {
  await openNote(device, title);
  await device.page.getByRole('button', {name: 'Delete note', exact: true}).click();
  const dialog = device.page.getByRole('dialog', {name: 'Delete note?'});
  await dialog.getByRole('button', {name: 'Delete', exact: true}).click();
  await expect(treeItem(device, title)).toBeHidden();
}

/** Everything that the status says from now on; ask for it at the end. */
async function recordStatus(device: Device): Promise<() => Promise<readonly string[]>> {
  await status(device).evaluate((control) => {
    const texts = [control.textContent ?? ''];
    const write = (): void => void control.setAttribute('data-said', texts.join('|'));
    write();
    new MutationObserver(() => {
      if (texts.at(-1) === control.textContent) return;
      texts.push(control.textContent ?? '');
      write();
    }).observe(control, {childList: true, characterData: true, subtree: true});
  });
  return async () => ((await status(device).getAttribute('data-said')) ?? '').split('|');
}

async function showsText(device: Device, title: string, text: string): Promise<void> {
  await openNote(device, title);
  await expect(textBox(device)).toHaveText(text);
}

test(
  'a backup made while devices write, put back after more was written: the devices make it today’s notes, and nobody notices',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Shopping', 'Milk.');
    await createNote(a, 'Old list', 'Not needed any more.');
    await createNote(a, 'Plan', 'As it was.');
    await isSynced(a);
    await signIn(b);
    await openNote(b, 'Shopping');
    await isSynced(b);

    const file = `${server.dataDir}-backup.db`;
    const [made] = await Promise.all([
      aster(server, 'backup', file),
      replaceText(a, 'Written while it was backed up.'),
    ]);
    expect(made).toMatchObject({exitCode: 0, said: expect.stringContaining('1 account and ')});
    expect((await aster(server, 'backup', file)).said).toContain('exists already');
    await goOffline(b);
    await replaceText(b, 'Milk and bread.');
    await replaceText(a, 'Written after the backup.');
    await createNote(a, 'Diary', 'New after the backup.');
    await deleteNote(a, 'Old list');
    await isSynced(a);
    expect((await aster(server, 'restore', file)).said).toContain('a server uses');

    const said = [await recordStatus(a), await recordStatus(b)];
    await putBack(server, file);
    await goOnline(b);
    const observer = await observe(server, ACCOUNT);
    await expect.poll(async () => (await observer.notes()).map(({title}) => title)).toContain('Diary');
    await expect.poll(async () => (await observer.note('Shopping')).text).toContain('Milk and bread.');
    await allAreEqual(observer, a, b);

    for (const device of [a, b]) {
      await showsText(device, 'Plan', 'Written after the backup.');
      await showsText(device, 'Diary', 'New after the backup.');
      await showsText(device, 'Shopping', 'Milk and bread.');
      await expect(treeItem(device, 'Old list')).toBeHidden();
    }
    expect((await observer.notes()).map(({title}) => title)).not.toContain('Old list');
    expect(await observer.conflicts()).toEqual([]);
    for (const texts of said) {
      expect((await texts()).join('|')).toMatch(/(not reachable|Offline).*Synced/);
      expect((await texts()).join('|')).not.toMatch(/problem|signed out/i);
    }
    expect(await aster(server, 'verify')).toMatchObject(EQUAL);
  },
);

test('a device that signed in after the backup signs in once more, and what it wrote is all there', {
  tag: '@deep',
}, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Phone')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As it was.');
  await isSynced(a);
  const file = `${server.dataDir}-backup.db`;
  expect(await aster(server, 'backup', file)).toMatchObject({exitCode: 0});
  await signIn(b);
  await createNote(b, 'Diary', 'Sent before the backup was put back.');
  await isSynced(a, b);

  await goOffline(a); // what only the phone has must come from the phone
  await putBack(server, file);
  await replaceText(b, 'Written while the phone was signed out.');
  await expect(status(b)).toContainText('Signed out 1 waiting');
  await expect(b.page.getByText('Signed out: 1 change waits on this device')).toBeVisible();
  await b.page.getByRole('link', {name: 'Sign in'}).first().click();
  await b.page.getByLabel('Password').fill(ACCOUNT.password);
  await b.page.getByRole('button', {name: 'Sign in'}).click();
  await isSynced(b);
  const observer = await observe(server, ACCOUNT);
  expect((await observer.note('Diary')).text).toContain('Written while the phone was signed out.');

  await goOnline(a);
  await allAreEqual(observer, a, b);
  await showsText(a, 'Diary', 'Written while the phone was signed out.');
  await showsText(b, 'Plan', 'As it was.');
  expect(await observer.conflicts()).toEqual([]);
  expect(await aster(server, 'verify')).toMatchObject(EQUAL);
});
