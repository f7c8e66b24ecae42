import {
  anyBadge,
  areGone,
  badge,
  deleteNote,
  isDecided,
  openConflict,
  replaceOnBoth,
  shareNote,
} from './fixtures/conflicts.ts';
import {DEEP} from './fixtures/deep.ts';
import {goOffline, goOnline} from './fixtures/device.ts';
import {createNote, isSaved, openNote, replaceText, textBox, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {closeRevisions, openRevisions} from './fixtures/revisions.ts';
import {skewServerByDays} from './fixtures/server-clock.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree, treeItem} from './fixtures/tree.ts';

const MINE = 'Meet at noon by the lake.';
const THEIRS = 'Gather at nine near a bridge.';

test('two devices change the same words: both show it, one decides for the current text, and it is gone on both', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await shareNote(a, b, server, 'Plan', 'Meet.');
  for (const device of [a, b]) await expect(anyBadge(device)).toBeHidden();
  await replaceOnBoth([a, THEIRS], [b, MINE]);
  for (const device of [a, b]) await expect(badge(device, 1)).toBeVisible();

  const card = await openConflict(a, 'Plan');
  await expect(card.getByText(/^Couch, /)).toBeVisible();
  await expect(card.getByText(/^Desk, /)).toBeVisible();
  const difference = card.getByRole('region', {name: 'Difference 1 of 1'});
  await expect(difference.getByText(MINE)).toBeVisible();
  await expect(difference.getByText(THEIRS)).toBeVisible();
  await card.getByRole('button', {name: 'Keep current'}).click();
  await isDecided(a, '“Plan” stays as it is.');
  await areGone(a, b);
  await expect(textBox(b)).toHaveText(MINE);
  const observer = await observe(server, ACCOUNT);
  await allAreEqual(observer, a, b);
  expect((await observer.conflicts()).map(({text}) => text)).toEqual([`<p>${THEIRS}</p>`]);
});

test('the other version can be used, and the one it replaces stays a revision', DEEP, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await shareNote(a, b, server, 'Plan', 'Meet.');
  await replaceOnBoth([a, THEIRS], [b, MINE]);
  const card = await openConflict(b, 'Plan');
  await card.getByRole('button', {name: 'Use the other version'}).click();
  await areGone(a, b);
  await expect(textBox(a)).toHaveText(THEIRS);
  const revisions = await openRevisions(a);
  await revisions.getByRole('button', {name: /Kept before an older version was restored/}).click();
  await expect(revisions.getByRole('region', {name: 'This version'}).getByText(MINE)).toBeVisible();
  await closeRevisions(a);
});

test('both can be kept as two notes, one beside the other', DEEP, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await shareNote(a, b, server, 'Plan', 'Meet.');
  await replaceOnBoth([a, THEIRS], [b, MINE]);
  const card = await openConflict(a, 'Plan');
  await card.getByRole('button', {name: 'Keep both as two notes'}).click();
  await areGone(a, b);
  await expect(textBox(b)).toHaveText(MINE);
  await openNote(b, 'Plan (other version)');
  await expect(textBox(b)).toHaveText(THEIRS);
  await a.page.getByRole('link', {name: 'Open the other'}).click();
  await expect(titleBox(a)).toHaveValue('Plan (other version)');
});

test('passages are taken one by one, and what is left is kept', DEEP, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await shareNote(a, b, server, 'Plan', 'Meet.');
  const write = async (device: typeof a, first: string, last: string) => {
    await textBox(device).click();
    await device.page.keyboard.press('ControlOrMeta+A');
    for (const [n, line] of [first, 'Bring bread.', last].entries()) {
      if (n > 0) await device.page.keyboard.press('Enter');
      await device.page.keyboard.type(line);
    }
    await isSaved(device);
  };
  for (const device of [a, b]) await goOffline(device);
  await write(a, THEIRS, 'Back by six.');
  await write(b, MINE, 'Home at five.');
  for (const device of [a, b]) {
    await goOnline(device);
    await isSynced(device);
  }
  const card = await openConflict(b, 'Plan');
  await expect(card.getByText('Bring bread.')).toHaveCount(1);
  await card.getByRole('region', {name: 'Difference 2 of 2'}).getByRole('button', {name: 'Take'}).click();
  await expect(card.getByRole('region', {name: 'Difference 1 of 1'})).toBeVisible();
  await expect(card.getByText('Back by six.')).toHaveCount(1);
  await expect(textBox(a)).toContainText('Back by six.');
  await expect(badge(a, 1)).toBeVisible();
  await card.getByRole('button', {name: 'Keep current'}).click();
  await areGone(a, b);
  for (const line of [MINE, 'Bring bread.', 'Back by six.']) await expect(textBox(a)).toContainText(line);
});

test('taking the last passage decides the conflict', DEEP, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await shareNote(a, b, server, 'Plan', 'Meet.');
  await replaceOnBoth([a, THEIRS], [b, MINE]);
  const card = await openConflict(a, 'Plan');
  await card.getByRole('button', {name: 'Take'}).click();
  await isDecided(a, 'Everything is taken over');
  await areGone(a, b);
  await expect(textBox(b)).toHaveText(THEIRS);
});

for (const last of ['deletion', 'edit'] as const) {
  test(`an edit that met a deletion comes back; the ${last} was later`, DEEP, async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await meet(a, b, server, last);
    const card = await openConflict(a, 'Plan');
    await expect(card.getByText('nothing of it is erased until you decide')).toBeVisible();
    await card.getByRole('button', {name: 'Bring the note back'}).click();
    await isDecided(a, '“Plan” is back.');
    await areGone(a, b);
    await openNote(b, 'Plan');
    await expect(textBox(b)).toHaveText(MINE);
    await allAreEqual(await observe(server, ACCOUNT), a, b);
  });

  test(`an edit that met a deletion stays deleted; the ${last} was later`, DEEP, async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await meet(a, b, server, last);
    const card = await openConflict(b, 'Plan');
    await card.getByRole('button', {name: 'Leave it deleted'}).click();
    await isDecided(b, '“Plan” stays deleted.');
    await areGone(a, b);
    for (const device of [a, b]) {
      await device.page.goto(device.address);
      await expect(notesTree(device)).toBeVisible();
      await expect(treeItem(device, 'Plan')).toBeHidden();
    }
    const observer = await observe(server, ACCOUNT);
    await allAreEqual(observer, a, b);
    expect((await observer.entities()).some(({body}) => body?.includes(MINE))).toBe(true);
  });
}

test(
  'a text that comes while “Delete note?” asks is not deleted unseen: it is asked about, and can come back',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await shareNote(a, b, server, 'Plan', 'Meet.');
    await a.page.getByRole('button', {name: 'Delete note'}).click();
    const asked = a.page.getByRole('dialog', {name: 'Delete note?'});
    await expect(asked).toBeVisible();
    await replaceText(b, MINE);
    await isSynced(b);
    await expect(textBox(a)).toHaveText(MINE);
    await asked.getByRole('button', {name: 'Delete', exact: true}).click();
    await expect(treeItem(a, 'Plan')).toBeHidden();
    for (const device of [a, b]) await expect(badge(device, 1)).toBeVisible();
    const card = await openConflict(b, 'Plan');
    await card.getByRole('button', {name: 'Bring the note back'}).click();
    await areGone(a, b);
    await openNote(a, 'Plan');
    await expect(textBox(a)).toHaveText(MINE);
    await allAreEqual(await observe(server, ACCOUNT), a, b);
  },
);

test(
  'nothing of an edit that met a deletion is erased before it is decided, however long that takes',
  DEEP,
  async ({server, newDevice}) => {
    test.slow(); // the server starts six times
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await meet(a, b, server, 'deletion');
    const observer = await observe(server, ACCOUNT);
    const texts = async () => (await observer.entities()).filter(({kind}) => kind === 'note').map(({body}) => body);
    await skewServerByDays(server, observer, 8);
    expect(await texts()).toContain('<p>Meet.</p>');
    await server.skewClock(0);
    await isSynced(a, b);
    const card = await openConflict(a, 'Plan');
    await card.getByRole('button', {name: 'Leave it deleted'}).click();
    await areGone(a, b);
    await skewServerByDays(server, observer, 8);
    await expect.poll(texts).not.toContain('<p>Meet.</p>');
    // What somebody decided against goes after its note.
    await expect.poll(async () => (await observer.conflicts()).map(({text}) => text)).toEqual([]);
  },
);

test(
  'the note leads to its conflict, and the screen opens by its address without a network',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await shareNote(a, b, server, 'Plan', 'Meet.');
    await createNote(b, 'Other', 'Something else.');
    await openNote(b, 'Plan');
    await replaceOnBoth([a, THEIRS], [b, MINE]);
    await expect(b.page.getByText('Another version was kept in Revisions')).toBeVisible();
    await b.page.getByRole('button', {name: 'OK'}).click();
    await b.page.getByRole('link', {name: 'Compare'}).click();
    await expect(b.page.getByRole('article', {name: 'Plan'})).toBeVisible();
    await goOffline(b);
    await b.page.reload();
    await expect(b.page.getByRole('article', {name: 'Plan'}).getByText(THEIRS)).toBeVisible();
    await b.page.getByRole('button', {name: 'Use the other version'}).click();
    await areGone(b);
    await goOnline(b);
    await areGone(a);
    await expect(textBox(a)).toHaveText(THEIRS);
  },
);

test(
  'on a phone the two versions stand one below the other, fit, and every control can be touched',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await shareNote(a, b, server, 'Plan', 'Meet.');
    await replaceOnBoth([a, THEIRS], [b, MINE]);
    await a.page.setViewportSize({width: 390, height: 844});
    const card = await openConflict(a, 'Plan');
    const [mine, theirs] = await Promise.all([MINE, THEIRS].map((text) => card.getByText(text).boundingBox()));
    expect(theirs!.y).toBeGreaterThan(mine!.y);
    expect(theirs!.x).toBe(mine!.x);
    expect(await a.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const controls = [card.getByRole('button'), card.getByRole('link'), a.page.getByRole('banner').getByRole('link')];
    for (const control of (await Promise.all(controls.map((found) => found.all()))).flat()) {
      const box = await control.boundingBox();
      expect(box!.height, await control.innerText()).toBeGreaterThanOrEqual(44);
    }
  },
);

/** Couch edits what Desk deletes, both without a network; then both have synced. */
async function meet(
  a: Parameters<typeof goOffline>[0],
  b: Parameters<typeof goOffline>[0],
  server: Parameters<typeof shareNote>[2],
  last: 'deletion' | 'edit',
): Promise<void> {
  await shareNote(a, b, server, 'Plan', 'Meet.');
  for (const device of [a, b]) await goOffline(device);
  const acts = [() => replaceText(b, MINE), () => deleteNote(a, 'Plan')];
  for (const act of last === 'deletion' ? acts : acts.reverse()) await act();
  for (const device of [a, b]) {
    await goOnline(device);
    await isSynced(device);
  }
  for (const device of [a, b]) await expect(badge(device, 1)).toBeVisible();
}
