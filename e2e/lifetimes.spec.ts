/** What ends by itself: how long deletions last is set by people, and a device that was away too long undoes none. */
import {setUpServer, signIn} from './fixtures/accounts.ts';
import {type Device, goOffline, goOnline} from './fixtures/device.ts';
import {createNote, isSaved, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, type Observer, observe} from './fixtures/observer.ts';
import {skewServerByDays} from './fixtures/server-clock.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {treeItem} from './fixtures/tree.ts';

const DAY_MS = 24 * 3_600_000;

async function deleteNote(device: Device, title: string): Promise<void> {
  await openNote(device, title);
  const {page} = device;
  await page.getByRole('main').getByRole('button', {name: 'Delete note'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Delete', exact: true}).click();
  await expect(treeItem(device, title)).toHaveCount(0);
}

/** The row of a note that an observer has seen before, as it is now. */
async function rowOf(observer: Observer, id: string) {
  return (await observer.entities()).find((row) => row.kind === 'note' && row.id === id);
}

test('how long deleted notes are kept is set on one device, and holds on the others', async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'Plan');
  await isSynced(b);
  const observer = await observe(server, ACCOUNT);
  const {id} = await observer.note('Plan');

  await a.page.goto(`${a.address}options/data`);
  const days = a.page.getByLabel('Keep deleted notes for (days)');
  await expect(days).toHaveValue('7');
  await days.fill('0');
  const form = a.page.getByRole('form', {name: 'Revision and deletion times'});
  await form.getByRole('button', {name: 'Save'}).click();
  await expect(form.getByText(/Enter a whole number from 1 to/)).toBeVisible();
  await days.fill('30');
  await form.getByRole('button', {name: 'Save'}).click();
  await expect(form.getByText('Saved.')).toBeVisible();
  await isSynced(a, b);

  await deleteNote(b, 'Plan');
  await isSynced(b);
  expect((await rowOf(observer, id))?.meta).toMatchObject({type: 'tombstone', eraseAfterMs: 30 * DAY_MS});
});

test('a device that was away until deletions were forgotten undoes none, and keeps what was written on it', {
  tag: '@deep',
}, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As agreed.');
  await createNote(a, 'Diary', 'Long ago.');
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'Plan');
  await expect(textBox(b)).toHaveText('As agreed.');
  await openNote(b, 'Diary');
  await isSynced(b);
  const observer = await observe(server, ACCOUNT);
  const [plan, diary] = [await observer.note('Plan'), await observer.note('Diary')];

  await goOffline(b);
  await replaceText(b, 'Written while away.');
  await isSaved(b);
  await deleteNote(a, 'Plan');
  await deleteNote(a, 'Diary');
  await isSynced(a);
  await skewServerByDays(server, observer, 8);
  for (const {id} of [plan, diary]) await expect.poll(async () => (await rowOf(observer, id))?.data).toBeUndefined();
  await skewServerByDays(server, observer, 189);
  for (const {id} of [plan, diary]) await expect.poll(() => rowOf(observer, id)).toBeUndefined();
  await server.skewClock(0);
  await isSynced(a);

  await goOnline(b);
  await isSynced(b);
  expect((await observer.notes()).map(({title}) => title)).toContain('Diary');
  expect((await observer.notes()).map(({title}) => title)).not.toContain('Plan');
  for (const device of [a, b]) {
    await openNote(device, 'Diary');
    await expect(textBox(device)).toHaveText('Written while away.');
    await expect(treeItem(device, 'Plan')).toHaveCount(0);
    await expect(treeItem(device, 'Unfiled')).toHaveCount(0);
  }
  await isSynced(a, b);
  await allAreEqual(observer, a, b);
});
