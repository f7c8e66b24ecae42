import {setUpServer, signIn} from './fixtures/accounts.ts';
import {anyBadge} from './fixtures/conflicts.ts';
import type {Device} from './fixtures/device.ts';
import {createNote, openNote, textBox} from './fixtures/notes.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

const WORDS = 8;

test('two people who write in different paragraphs at once lose no word', async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Shared', 'First lines.');
  await a.page.keyboard.press('Enter');
  await a.page.keyboard.type('Last lines.');
  await isSynced(a);
  await a.page.reload();
  await signIn(b);
  await openNote(b, 'Shared');
  await Promise.all([writeAtEndOf(a, 'First lines.', 'desk', b), writeAtEndOf(b, 'Last lines.', 'couch', a)]);
  for (const device of [a, b]) {
    const paragraphs = textBox(device).locator('p');
    await expect(paragraphs.nth(0)).toHaveText(`First lines. ${words('desk')}`);
    await expect(paragraphs.nth(1)).toHaveText(`Last lines. ${words('couch')}`);
    await isSynced(device);
    await expect(anyBadge(device)).toBeHidden();
  }
});

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

function words(word: string): string {
  return Array.from({length: WORDS}, (_, index) => `${word}${index}`).join(' ');
}

/** As people do: some words at once, and now and then a look at what the other one sees. */
async function writeAtEndOf(device: Device, text: string, word: string, other: Device): Promise<void> {
  await textBox(device).getByText(text).click();
  await device.page.keyboard.press('End');
  for (let index = 0; index < WORDS; index++) {
    await device.page.keyboard.type(` ${word}${index}`, {delay: 30});
    if (index % 3 !== 1) await expect(textBox(other)).toContainText(`${word}${index}`);
  }
}
