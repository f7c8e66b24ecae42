import {setUpServer, signIn} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {createNote, openNote, replaceText, textBox, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {closeRevisions, openRevisions} from './fixtures/revisions.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

test('restoring an older version brings its text back on every device and keeps the one it replaced', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Recipe', 'Two eggs.');
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'Recipe');

  const saved = await openRevisions(a);
  await expect(saved.getByText('No older versions yet.')).toBeVisible();
  await saved.getByRole('button', {name: 'Save revision'}).click();
  await expect(saved.getByRole('list', {name: 'Older versions'}).getByRole('listitem')).toHaveCount(1);
  await closeRevisions(a);
  await replaceText(a, 'Five eggs.');
  await expect(textBox(b)).toHaveText('Five eggs.');

  const onB = await openRevisions(b);
  const older = onB.getByRole('list', {name: 'Older versions'}).getByRole('listitem');
  await expect(older).toHaveCount(1);
  await expect(older).toContainText('Desk');
  await older.getByRole('button').click();
  await expect(onB.getByRole('region', {name: 'This version'}).getByText('Two eggs.')).toBeVisible();
  await expect(onB.getByRole('region', {name: 'Current version'}).getByText('Five eggs.')).toBeVisible();
  await onB.getByRole('button', {name: 'Difference'}).click();
  const difference = onB.getByRole('region', {name: 'Difference 1 of 1'});
  await expect(difference).toContainText('Five eggs.');
  await expect(difference).toContainText('Two eggs.');
  await onB.getByRole('button', {name: 'Restore'}).click();
  await expect(onB).toBeHidden();
  for (const device of [a, b]) {
    await expect(textBox(device)).toHaveText('Two eggs.');
    await expect(titleBox(device)).toHaveValue('Recipe');
  }
  const again = await openRevisions(a);
  await expect(again.getByRole('list', {name: 'Older versions'}).getByRole('listitem')).toHaveCount(2);
  await closeRevisions(a);
  const observer = await observe(server, ACCOUNT);
  await allAreEqual(observer, a, b);
  const texts = (await observer.entities()).filter(({kind}) => kind === 'revision').map(({body}) => body);
  expect(texts.filter((text) => text?.includes('Five eggs.'))).toHaveLength(1);
});

test(
  'the text of an older version that is not on this device is fetched where it is read',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Recipe', 'Two eggs.');
    const saved = await openRevisions(device);
    await saved.getByRole('button', {name: 'Save revision'}).click();
    await expect(saved.getByRole('list', {name: 'Older versions'}).getByRole('listitem')).toHaveCount(1);
    await closeRevisions(device);
    await isSynced(device);
    await device.page.evaluate(forgetRevisionTexts);
    await device.page.reload();
    const dialog = await openRevisions(device);
    await dialog.getByRole('list', {name: 'Older versions'}).getByRole('button').click();
    const version = dialog.getByRole('region', {name: 'This version'});
    await expect(version.getByText('The text isn’t on this device yet.')).toBeVisible();
    await version.getByRole('button', {name: 'Get it now'}).click();
    await expect(version.getByText('Two eggs.')).toBeVisible();
  },
);

/** Runs in the page: as if these revisions were made before their texts came. */
async function forgetRevisionTexts(): Promise<void> {
  const opened = indexedDB.open('aster');
  await new Promise((resolve, reject) => {
    opened.onsuccess = resolve;
    opened.onerror = () => reject(opened.error);
  });
  const transaction = opened.result.transaction('bodies', 'readwrite');
  transaction.objectStore('bodies').delete(IDBKeyRange.bound(['revision', ''], ['revision', '\uffff']));
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  opened.result.close();
}
