import {setUpServer, signIn} from './fixtures/accounts.ts';
import {isSaved, textBox, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {isSynced, outbox, status, syncPanel} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree, treeItem} from './fixtures/tree.ts';

test('the main path by touch: set up, write a note, find it in the tree, see that it is synced @phone', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Phone'), await newDevice('Other phone')];
  const {page} = a;
  await setUpServer(a, server.setupLink);
  await page.getByRole('navigation', {name: 'Main'}).getByRole('button', {name: 'New note'}).tap();
  await titleBox(a).tap();
  await titleBox(a).fill('Shopping');
  await textBox(a).tap();
  await page.keyboard.type('Milk and bread.');
  await isSaved(a);
  await expect(notesTree(a)).toBeHidden();
  await page.getByRole('link', {name: 'Back to notes'}).tap();
  await expect(treeItem(a, 'Shopping')).toBeVisible();
  await treeItem(a, 'Shopping').tap();
  await expect(textBox(a)).toHaveText('Milk and bread.');
  await page.goBack();
  await expect(notesTree(a)).toBeVisible();
  await isSynced(a);
  await status(a).getByRole('button').tap();
  await expect(syncPanel(a).getByText('Same as the server', {exact: false}).first()).toBeVisible();
  await expect(outbox(a)).toHaveCount(0);
  await page.goBack();
  await expect(syncPanel(a)).toBeHidden();

  await signIn(b);
  await treeItem(b, 'Shopping').tap();
  await expect(textBox(b)).toHaveText('Milk and bread.');
  expect((await (await observe(server, ACCOUNT)).note('Shopping')).text).toContain('Milk and bread.');
});

test('nothing is wider than the screen and every control can be touched @phone', async ({server, newDevice}) => {
  const device = await newDevice('Phone');
  const {page} = device;
  await setUpServer(device, server.setupLink);
  for (const path of ['', 'options/sync', 'options/data', 'options/about', 'help']) {
    await page.goto(`${device.address}${path}`);
    await expect(status(device)).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(overflow, `/${path}`).toBeLessThanOrEqual(0);
    const small = await page
      .locator('main, nav')
      .getByRole('button')
      .evaluateAll((buttons) =>
        buttons
          .map((button) => ({
            name: button.textContent || button.getAttribute('aria-label'),
            box: button.getBoundingClientRect(),
          }))
          .filter(({box}) => box.width > 0 && (box.height < 44 || box.width < 44))
          .map(({name, box}) => `${name}: ${Math.round(box.width)} × ${Math.round(box.height)}`),
      );
    expect.soft(small, `/${path}`).toEqual([]);
  }
});
