/** What people do, through the screens. */
import {setTimeout as pause} from 'node:timers/promises';
import {expect} from '@playwright/test';
import {stepBackTaken} from '../fixtures/device.ts';
import {textBox, titleBox} from '../fixtures/notes.ts';
import {notesTree} from '../fixtures/tree.ts';
import type {Person} from './person.ts';
import {Gone, type Tab} from './tab.ts';
import {noteId, rework, see, write} from './writing.ts';

export interface Act {
  readonly name: string;
  readonly weight: number;
  run(person: Person, tab: Tab): Promise<void>;
}

const FEWEST_NOTES = 5;
const MOST_NOTES = 9;
const SHIFTS = ['Alt+ArrowUp', 'Alt+ArrowDown', 'Alt+ArrowRight', 'Alt+ArrowLeft'] as const;

export const ACTS: readonly Act[] = [
  {
    name: 'write',
    weight: 44,
    async run(me, tab) {
      await openSome(me, tab);
      await write(me, tab, 'text', me.random.once(3) ? 'end' : 'all');
      if (!me.random.once(4)) await see(me, tab);
    },
  },
  {
    name: 'name',
    weight: 10,
    async run(me, tab) {
      await openSome(me, tab);
      await write(me, tab, 'title', 'all');
      if (!me.random.once(4)) await see(me, tab);
    },
  },
  {
    name: 'rework',
    weight: 14,
    async run(me, tab) {
      await openSome(me, tab);
      await rework(me, tab);
      await see(me, tab);
    },
  },
  {
    name: 'create',
    weight: 8,
    async run(me, tab) {
      if ((await rowCount(tab)) < MOST_NOTES) await create(me, tab);
    },
  },
  {
    name: 'delete',
    weight: 6,
    async run(me, tab) {
      await openSome(me, tab);
      if ((await rowCount(tab)) > FEWEST_NOTES) await remove(me, tab);
    },
  },
  {name: 'move', weight: 8, run: move},
  {
    name: 'read',
    weight: 8,
    async run(me, tab) {
      await openSome(me, tab);
      await see(me, tab);
    },
  },
  {name: 'reload', weight: 3, run: ({desk}, tab) => desk.load(tab, new URL(tab.page.url()).pathname.slice(1))},
  {
    name: 'close',
    weight: 4,
    async run({desk, seat, random}) {
      await desk.close(seat);
      await pause(seat === 0 ? 0 : random.between(500, 5000));
    },
  },
];

export async function create(me: Person, tab: Tab): Promise<void> {
  const {page} = tab;
  const before = page.url();
  await page.getByRole('button', {name: 'New note', exact: true}).first().click();
  await expect(page).not.toHaveURL(before);
  await expect(titleBox(tab)).toHaveValue('');
  await isOpened(me, tab);
  await write(me, tab, 'title', 'all');
  await write(me, tab, 'text', 'all');
  await see(me, tab);
}

async function remove(me: Person, tab: Tab): Promise<void> {
  const {page} = tab;
  const button = page.getByRole('button', {name: 'Delete note', exact: true});
  if (await button.isDisabled()) return; // it is deleted already, or has no place to be taken from
  const id = noteId(tab);
  await button.click();
  const dialog = page.getByRole('dialog', {name: 'Delete note?'});
  await dialog.getByRole('button', {name: 'Delete', exact: true}).click();
  await expect(dialog).toBeHidden();
  await stepBackTaken(page);
  me.journal.note(me.name, `deleted ${id}`);
}

async function move(me: Person, tab: Tab): Promise<void> {
  const shift = me.random.pick(SHIFTS);
  await atSomeRow(me, tab, 'focus');
  await tab.page.keyboard.press(shift);
  me.journal.note(me.name, `moved a note by ${shift}`);
}

async function openSome(me: Person, tab: Tab): Promise<void> {
  await atSomeRow(me, tab, 'click');
  await isOpened(me, tab);
}

async function isOpened({desk}: Person, tab: Tab): Promise<void> {
  const failed = tab.page.getByText('The editor could not be opened.');
  await expect(textBox(tab).or(failed)).toBeVisible({timeout: 15_000});
  if (!(await failed.isVisible())) return;
  tab.isLoaded = false;
  if (desk.hasLostWorker(tab)) throw new Gone('its worker died while it served the editor');
  throw new Error('the editor could not be opened');
}

/** Found and touched in one moment, as rows come and go; the upper ones more often, so that people meet. */
async function atSomeRow({random}: Person, tab: Tab, what: 'click' | 'focus'): Promise<void> {
  const drawn = random.fraction() ** 2;
  await expect(rows(tab).first()).toBeVisible();
  await notesTree(tab).evaluate(
    (tree, order) => {
      const found = tree.querySelectorAll<HTMLElement>('[role=treeitem]:has(.tree-more)');
      found[Math.floor(order.drawn * found.length)]?.[order.what]();
    },
    {drawn, what},
  );
}

/** Every place of a note; "Unfiled" is none. */
function rows(tab: Tab) {
  return notesTree(tab)
    .getByRole('treeitem')
    .filter({has: tab.page.locator('.tree-more')});
}

function rowCount(tab: Tab): Promise<number> {
  return rows(tab).count();
}
