import {setUpServer, signIn} from './fixtures/accounts.ts';
import {createNote, openNote, textBox} from './fixtures/notes.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

test('the caret stays where it is when another device changes a note that was written here', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Shared', 'First paragraph.');
  for (const text of ['Middle one.', 'Last lines.']) {
    await a.page.keyboard.press('Enter');
    await a.page.keyboard.type(text);
  }
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'Shared');
  await textBox(a).getByText('First paragraph.').click();
  await a.page.keyboard.press('Home');
  for (const _ of 'Fi') await a.page.keyboard.press('ArrowRight');
  await textBox(b).getByText('Last lines.').click();
  await b.page.keyboard.press('End');
  await b.page.keyboard.type(' More.');
  await expect(textBox(a)).toContainText('Last lines. More.');
  await a.page.keyboard.type('_');
  await expect(textBox(a)).toContainText('Fi_rst paragraph.');
});
