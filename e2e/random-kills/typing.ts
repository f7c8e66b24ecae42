/**
 * Typing into a note, with what was really typed over: the page writes down what the field showed at the moment of each
 * input, as another device's text may have come in between any two of our steps.
 */
import {setTimeout as pause} from 'node:timers/promises';
import type {Device} from '../fixtures/device.ts';
import {textBox, titleBox} from '../fixtures/notes.ts';
import type {Edit} from './truth.ts';

export type Part = 'title' | 'text';
/** `all`: over everything there; `end`: after it; `on`: where the last words ended. */
export type Place = 'all' | 'end' | 'on';

/** Words typed so fast, one after the other, that nothing is saved before the last. */
export interface Breath {
  readonly place: Place;
  readonly words: readonly string[];
  readonly gapsMs: number;
}

const KEY_OF = {all: 'ControlOrMeta+A', end: 'ControlOrMeta+End'} as const;

export interface Shown {
  readonly title: string;
  readonly text: string;
  readonly state: string;
}

/** A person who sees the words for so long has read them. */
const READ_MS = 120;
const SAVE_LIMIT_MS = 20_000;

interface Recording {
  edits?: Edit[];
}

/** Runs in each page before anything else there. */
export function recordEdits(): void {
  const edits: Edit[] = [];
  (globalThis as Recording).edits = edits;
  const shownIn = (event: Event): string | null => {
    const target = event.target as HTMLElement;
    if (target.closest('section[aria-label="Note"]') === null) return null;
    return target instanceof HTMLTextAreaElement ? target.value : target.textContent;
  };
  let before: string | null = null;
  const onBefore = (event: Event): void => {
    before = shownIn(event);
  };
  const onInput = (event: Event): void => {
    const after = shownIn(event);
    if (before !== null && after !== null) edits.push({before, after});
  };
  document.addEventListener('beforeinput', onBefore, true);
  document.addEventListener('input', onInput, true);
}

/** The whole of it must not be cut short by a kill: what was typed over would never be known. */
export async function typeBreath(device: Device, part: Part, {place, words, gapsMs}: Breath): Promise<readonly Edit[]> {
  const {keyboard} = device.page;
  if (place !== 'on') {
    await (part === 'title' ? titleBox(device) : textBox(device)).focus();
    await keyboard.press(KEY_OF[place]);
  }
  for (const [index, word] of words.entries()) {
    if (index > 0) await pause(gapsMs);
    await keyboard.insertText(index === 0 && place === 'all' ? word : `, ${word}`);
  }
  return device.page.evaluate(() => (globalThis as Recording).edits?.splice(0) ?? []);
}

/** Waits until the open note says that what it shows is saved. */
export async function readSaved({page}: Device): Promise<Shown> {
  const {shown, isSaved} = await page.evaluate(watchUntilSaved, {readMs: READ_MS, limitMs: SAVE_LIMIT_MS});
  if (!isSaved) throw new Error(`never shown as saved: ${JSON.stringify(shown)}`);
  return shown;
}

/** Runs in the page. */
async function watchUntilSaved({readMs, limitMs}: {readMs: number; limitMs: number}) {
  const find = (name: string): Element | null => document.querySelector(`section[aria-label="Note"] ${name}`);
  const read = (): Shown => ({
    title: (find('[aria-label="Title"]') as HTMLTextAreaElement | null)?.value ?? '',
    text: find('[aria-label="Note text"]')?.textContent ?? '',
    state: find('.saved-state')?.textContent ?? '',
  });
  const endMs = performance.now() + limitMs;
  let shown = read();
  let sinceMs = performance.now();
  while (performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const now = read();
    const isSame = now.title === shown.title && now.text === shown.text && now.state === shown.state;
    if (!isSame) sinceMs = performance.now();
    shown = now;
    const isSaved = now.state === 'Synced' || now.state === 'Saved on this device';
    if (isSaved && performance.now() - sinceMs >= readMs) return {shown, isSaved};
  }
  return {shown, isSaved: false};
}
