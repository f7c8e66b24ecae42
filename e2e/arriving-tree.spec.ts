import {beginSignIn, setUpServer} from './fixtures/accounts.ts';
import type {Device} from './fixtures/device.ts';
import {rowCounts} from './fixtures/device.ts';
import {FOLDERS, NOTES_PER_FOLDER, pushFolders, ROWS_PER_PAGE} from './fixtures/folders.ts';
import {createNote, isSaved, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree, treeItem} from './fixtures/tree.ts';

const IN_PROGRESS = {name: 'Sync in progress'};
const TOO_EARLY = {name: 'Not everything is here yet'};

test('a tree of which only a part is here is used: what is written in it is on both sides in the end', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch', {at: faultProxy})];
  await setUpServer(a, server.setupLink);
  const observer = await observe(server, ACCOUNT);
  await pushFolders(server, observer);

  const second = faultProxy.hold('sync/pull', 'before', 2);
  await beginSignIn(b);
  await second.arrived;
  faultProxy.answerWith((path) => path.endsWith('/sync/pull'), 'nothing');

  const {page} = b;
  await expect(page.getByRole('heading', IN_PROGRESS)).toBeVisible();
  await expect(page.getByText(new RegExp(`^${ROWS_PER_PAGE.toLocaleString('en')} of`))).toBeVisible();
  const folder = await firstFolder(b);
  await expect(treeItem(b, 'Unfiled')).toHaveCount(0);
  expect((await rowCounts(b)).notes).toBeLessThan(FOLDERS * NOTES_PER_FOLDER);

  await openFolder(b, folder);
  const inside = notesTree(b).getByRole('treeitem', {name: new RegExp(`^Note ${folder.slice('Folder '.length)}\\.`)});
  await expect(inside.first()).toBeVisible();
  const title = (await inside.first().getAttribute('aria-label')) ?? '';
  await openNote(b, title);
  await expect(textBox(b)).toHaveText(title.replace('Note', 'Text'));
  await replaceText(b, 'Written while the rest was on its way.');
  await createNote(b, 'New in a part', 'Made here.');

  await deleteByMenu(b, title);
  await expect(page.getByRole('dialog', TOO_EARLY)).toContainText(`“${title}” can be deleted when all titles are here`);
  await page.getByRole('button', {name: 'OK'}).click();

  await page.reload();
  await expect(page.getByRole('heading', IN_PROGRESS)).toBeVisible();
  await openNote(b, 'New in a part');
  await expect(textBox(b)).toHaveText('Made here.');
  await openNote(b, title);
  await expect(textBox(b)).toHaveText('Written while the rest was on its way.');
  await isSaved(b);

  second.drop();
  faultProxy.answerNormally();
  await isSynced(b);
  await expect(page.getByRole('heading', IN_PROGRESS)).toHaveCount(0);
  await expect(treeItem(b, 'Unfiled')).toHaveCount(0);
  await openNote(b, title);
  await expect(textBox(b)).toHaveText('Written while the rest was on its way.');
  expect((await observer.note(title)).text).toContain('Written while the rest was on its way.');
  expect((await observer.note('New in a part')).text).toContain('Made here.');
  expect(await observer.conflicts()).toEqual([]);
  await expect(notesTree(b).getByRole('treeitem', {name: /^Folder /})).not.toHaveCount(0);
  const {notes, branches, outbox} = await rowCounts(b);
  const {note, branch} = await observer.counts();
  expect({notes, branches, outbox}).toEqual({notes: note, branches: branch, outbox: 0});
  await allAreEqual(observer, a, b);

  await deleteByMenu(b, title);
  await expect(page.getByRole('dialog', {name: 'Delete note?'})).toBeVisible();
});

/** The title of the topmost one that has arrived. */
async function firstFolder(device: Device): Promise<string> {
  const folder = notesTree(device)
    .getByRole('treeitem', {name: /^Folder /})
    .first();
  await expect(folder).toBeVisible();
  return (await folder.getAttribute('aria-label')) ?? '';
}

async function openFolder(device: Device, title: string): Promise<void> {
  const row = treeItem(device, title);
  await row.locator('.tree-toggle').click();
  await expect(row).toHaveAttribute('aria-expanded', 'true');
}

async function deleteByMenu(device: Device, title: string): Promise<void> {
  await treeItem(device, title).click({button: 'right'});
  await device.page.getByRole('menuitem', {name: 'Delete note'}).click();
}
