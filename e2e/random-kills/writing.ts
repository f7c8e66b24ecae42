/** How a person writes into the open note and reads in it, and what the truth is told of that. */
import {setTimeout as pause} from 'node:timers/promises';
import type {Person} from './person.ts';
import type {Tab} from './tab.ts';
import {type Breath, type Part, type Place, readSaved, typeBreath} from './typing.ts';

/** A few words, and again; or many in one breath, while what others save is stored under it, unseen. */
export async function write(me: Person, tab: Tab, part: Part, place: Place): Promise<void> {
  const {random} = me;
  if (random.once(3))
    return typeIn(me, tab, part, {place, words: random.between(6, 16), gapsMs: random.between(20, 140)});
  const breaths = random.between(1, 3);
  for (let breath = 0; breath < breaths; breath++) {
    if (breath > 0) await pause(random.between(20, 500));
    await typeIn(me, tab, part, {place: breath === 0 ? place : 'on', words: 1, gapsMs: 0});
  }
}

/** Back and forth between title and text: leaving a field saves it, so that the next save meets the push of the one before. */
export async function rework(me: Person, tab: Tab): Promise<void> {
  const turns = me.random.between(3, 8);
  for (let turn = 0; turn < turns; turn++) {
    const part = turn % 2 === 0 ? 'text' : 'title';
    await typeIn(me, tab, part, {place: me.random.once(2) ? 'all' : 'end', words: 1, gapsMs: 0});
  }
  await tab.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

async function typeIn(
  me: Person,
  tab: Tab,
  part: Part,
  {words: count, ...how}: Omit<Breath, 'words'> & {readonly words: number},
): Promise<void> {
  const {truth, journal, desk, name} = me;
  const words = Array.from({length: count}, () => truth.newWords(name));
  await desk.alone(async () => {
    tab.mustBeHere();
    const edits = await typeBreath(tab, part, {...how, words});
    for (const edit of edits) truth.wrote(edit, whereIs(me, tab));
    journal.note(name, `${part} of ${noteId(tab)}: "${edits[0]?.before}" → "${edits.at(-1)?.after}"`);
  });
}

export async function see(me: Person, tab: Tab): Promise<void> {
  const {title, text, state} = await readSaved(tab);
  me.truth.saw(title, whereIs(me, tab));
  me.truth.saw(text, whereIs(me, tab));
  me.journal.note(me.name, `sees ${noteId(tab)}: "${title}" | "${text}" ${state}`);
}

export function noteId({page}: Tab): string {
  return /\/n\/([^/]+)$/.exec(page.url())?.[1] ?? '–';
}

function whereIs({name}: Person, tab: Tab): string {
  return `in ${noteId(tab)} by ${name}`;
}
