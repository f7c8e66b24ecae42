import {AxeBuilder} from '@axe-core/playwright';
import {fillSetup, openSetupLink, setUpServer} from './fixtures/accounts.ts';
import {isDecided, openConflict, replaceOnBoth, shareNote} from './fixtures/conflicts.ts';
import {harmDevice, harmServer} from './fixtures/damage.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import type {Device} from './fixtures/device.ts';
import {FIELD_NOTES} from './fixtures/field-notes.ts';
import {importAndReport} from './fixtures/importing.ts';
import {createNote, openNote, textBox, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {closeRevisions, openRevisions} from './fixtures/revisions.ts';
import {closeSyncPanel, isSynced, openSyncPanel, syncPanel} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree, treeItem} from './fixtures/tree.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

for (const colorScheme of ['light', 'dark'] as const) {
  test(
    `no screen has a serious barrier, ${colorScheme}`,
    deepUnless(colorScheme === 'light'),
    async ({server, newDevice}) => {
      const options = {context: {colorScheme, reducedMotion: 'reduce'}} as const;
      const a = await newDevice('Desk', options);
      await a.page.goto(a.address);
      await expect(a.page.getByRole('heading', {name: 'Welcome to Aster'})).toBeVisible();
      await hasNoBarriers(a, 'the three ways to begin');
      await openSetupLink(a, server.setupLink);
      await a.page.getByRole('button', {name: 'Create account'}).click();
      await hasNoBarriers(a, 'setup, with missing fields');
      await fillSetup(a, ACCOUNT);
      await expect(notesTree(a)).toBeVisible();
      await importAndReport(a, FIELD_NOTES.zip);
      await hasNoBarriers(a, 'the report of an import');
      await a.page.goto(a.address);
      await openNote(a, 'Field notes');
      await expect(textBox(a)).toBeVisible();
      await isSynced(a);
      await hasNoBarriers(a, 'the notebook with a note');
      await openSyncPanel(a);
      await hasNoBarriers(a, 'the sync panel');
      await closeSyncPanel(a);
      await openRevisions(a);
      await hasNoBarriers(a, 'the revisions');
      await closeRevisions(a);
      await a.page.goto(`${a.address}options/sync`);
      await a.page.getByRole('button', {name: 'Test sync'}).click();
      await expect(a.page.getByText('Signed in: Passed')).toBeVisible();
      await a.page.getByRole('button', {name: 'Verify everything'}).click();
      await expect(a.page.getByText('Everything is whole')).toBeVisible();
      await hasNoBarriers(a, 'Options → Sync');
    },
  );

  test(
    `no screen has a serious barrier where something is wrong, ${colorScheme}`,
    DEEP,
    async ({server, newDevice}) => {
      const options = {context: {colorScheme, reducedMotion: 'reduce'}} as const;
      const [a, b] = [await newDevice('Desk', options), await newDevice('Couch', options)];
      await setUpServer(a, server.setupLink);
      await createNote(a, 'Plan', 'As agreed.');
      await isSynced(a);
      const {id} = await (await observe(server, ACCOUNT)).note('Plan');
      await harmDevice(a, 'damaged', id);
      await harmServer(server, 'damaged', id);
      await a.page.goto(`${a.address}options/sync`);
      await a.page.getByRole('button', {name: 'Verify everything'}).click();
      await expect(a.page.getByRole('region', {name: 'Could not be repaired'})).toBeVisible();
      await hasNoBarriers(a, 'Options → Sync with a note that could not be repaired');
      await openSyncPanel(a);
      await syncPanel(a).getByRole('button', {name: 'Remove it'}).click();
      await hasNoBarriers(a, 'the question whether to remove a note');
      await a.page.getByRole('dialog', {name: 'Remove it?'}).getByRole('button', {name: 'Remove', exact: true}).click();
      await expect(syncPanel(a).getByRole('region', {name: 'Could not be repaired'})).toBeHidden();
      await closeSyncPanel(a);

      await b.page.goto(b.address);
      await expect(b.page.getByRole('heading', {name: 'Sign in'})).toBeVisible();
      await hasNoBarriers(b, 'the login');

      await server.stop();
      await a.page.goto(a.address);
      await createNote(a, 'More', 'Waits.');
      await openSyncPanel(a);
      await expect(syncPanel(a).getByText('The server is not reachable.').first()).toBeVisible();
      await hasNoBarriers(a, 'the sync panel with a problem');
    },
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`conflicts have no serious barrier, ${colorScheme}`, DEEP, async ({server, newDevice}) => {
    const options = {context: {colorScheme, reducedMotion: 'reduce'}} as const;
    const [a, b] = [await newDevice('Desk', options), await newDevice('Couch', options)];
    await shareNote(a, b, server, 'Plan', 'Meet.');
    await replaceOnBoth([a, 'Gather at nine.'], [b, 'See you at noon.']);
    await hasNoBarriers(b, 'a note with a conflict');
    const card = await openConflict(b, 'Plan');
    await expect(card.getByRole('region', {name: 'Difference 1 of 1'})).toBeVisible();
    await hasNoBarriers(b, 'the conflicts');
    await card.getByRole('button', {name: 'Keep current'}).click();
    await isDecided(b, 'stays as it is');
    await hasNoBarriers(b, 'the conflicts, with none left');
  });
}

test('the notebook can be used by keyboard alone', async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Second', 'Text of the second.');
  await createNote(device, 'First', 'Text of the first.');

  await treeItem(device, 'First').focus();
  await page.keyboard.press('ArrowDown');
  await expect(treeItem(device, 'Second')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(titleBox(device)).toHaveValue('Second');
  await page.keyboard.press('F2');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('Renamed by keyboard');
  await page.keyboard.press('Enter');
  await expect(treeItem(device, 'Renamed by keyboard')).toBeVisible();

  await page.keyboard.press('ControlOrMeta+Alt+N');
  await expect(titleBox(device)).toHaveValue('');
  await expect(titleBox(device)).toBeFocused();
  await page.keyboard.type('Third');
  await page.keyboard.press('Enter');
  await expect(textBox(device)).toBeFocused();
  await page.keyboard.type('Text of the third.');
  await expect(treeItem(device, 'Third')).toBeVisible();

  await openSyncPanel(device);
  await page.keyboard.press('Escape');
  await expect(syncPanel(device)).toBeHidden();
  await expect(notesTree(device)).toBeVisible();
});

async function hasNoBarriers({page}: Device, screen: string): Promise<void> {
  const {violations} = await new AxeBuilder({page}).withTags(RULES).analyze();
  const serious = violations.filter(({impact}) => impact === 'serious' || impact === 'critical');
  const words = serious.map(({id, help, nodes}) => `${id}: ${help}: ${nodes.map(({html}) => html).join(' | ')}`);
  expect.soft(words, screen).toEqual([]);
}
