import {setUpServer, signIn} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import type {Device} from './fixtures/device.ts';
import {createNote, openNote, rename, textBox, titleBox} from './fixtures/notes.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {treeItem} from './fixtures/tree.ts';

const EDITS = 7;

test('an edit on one device is on the screen of the other within a second, without a click', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Shared', 'Start.');
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'Shared');
  await expect(textBox(b)).toHaveText('Start.');

  await textBox(a).click();
  await a.page.keyboard.press('ControlOrMeta+End');
  const tookMs: number[] = [];
  for (let edit = 1; edit <= EDITS; edit++) {
    const seen = await watchFor(b, `edit${edit}`);
    const startMs = Date.now();
    await a.page.keyboard.insertText(` edit${edit}`);
    await expect(textBox(b)).toContainText(`edit${edit}`);
    tookMs.push((await seen()) - startMs);
  }
  const sorted = tookMs.toSorted((left, right) => left - right);
  const words = `median ${sorted[Math.floor(EDITS / 2)]} ms, all: ${tookMs.join(', ')} ms`;
  test.info().annotations.push({type: 'edit on A to seen on B', description: words});
  console.log(`edit on A to seen on B: ${words}`);
});

test(
  'a new note and a new title arrive in the tree of the other device by themselves',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await isSynced(a);
    await signIn(b);

    await createNote(a, 'Made on the desk', 'Text.');
    await expect(treeItem(b, 'Made on the desk')).toBeVisible();
    await rename(a, 'Renamed on the desk');
    await expect(treeItem(b, 'Renamed on the desk')).toBeVisible();
    await expect(treeItem(b, 'Made on the desk')).toBeHidden();
  },
);

test('an edit that arrives while the note is open leaves the words being typed alone', async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Shared', 'Start.');
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'Shared');
  await expect(textBox(b)).toHaveText('Start.');

  await rename(a, 'Shared by two');
  await expect(titleBox(b)).toHaveValue('Shared by two');
  await textBox(b).click();
  await b.page.keyboard.press('ControlOrMeta+End');
  await b.page.keyboard.type(' Typed on the couch.');
  await expect(textBox(a)).toHaveText('Start. Typed on the couch.');
});

/** From now on, in the page: when the words are first in the text. Playwright's own looking is coarser than what is measured. */
async function watchFor(device: Device, words: string): Promise<() => Promise<number>> {
  const time = await textBox(device).evaluateHandle(
    (box, wanted) => ({
      seen: new Promise<number>((resolve) => {
        const look = (): void => {
          if (box.textContent?.includes(wanted)) resolve(Date.now());
        };
        new MutationObserver(look).observe(box, {subtree: true, childList: true, characterData: true});
      }),
    }),
    words,
  );
  return () => time.evaluate(({seen}) => seen);
}
