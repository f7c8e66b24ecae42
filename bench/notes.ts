/**
 * Generated notes, the same in every run. A hundred notes make a folder: the first of them stands under the root, the other
 * 99 under it. Words come from a real vocabulary by Zipf's law (words.ts). The length of a body is log-normal with σ = 1 and a
 * mean of 2 KB of HTML: half of them are below 1.2 KB, one in ten above 4.5 KB, one in a hundred above 12.7 KB; cut off at
 * 64 KB. Ids are random, so that rows arrive in no order of their keys.
 */

import {idFromBytes} from '../protocol/ids.ts';
import {keysBetween} from '../src/notes/ordering.ts';
import {createRandom, type Random} from './random.ts';
import {pickWord} from './words.ts';

export interface GeneratedNote {
  readonly id: string;
  readonly branchId: string;
  readonly parentId: string;
  /** Among the notes of its folder. */
  readonly orderKey: string;
  readonly title: string;
  readonly html: string;
}

export const NOTES_PER_FOLDER = 100;
export const MEAN_BODY_BYTES = 2048;
const SIGMA = 1;
const MEDIAN_BODY_BYTES = MEAN_BODY_BYTES / Math.exp(SIGMA ** 2 / 2);
const MAX_BODY_BYTES = 64 * 1024;
const MIN_BODY_BYTES = 24;
const ID_BYTES = 12;

export const DISTRIBUTION = `bodies log-normal, σ ${SIGMA}, mean ${MEAN_BODY_BYTES} bytes of HTML; words by Zipf's law; folders of ${NOTES_PER_FOLDER}`;

/** `count` notes, folders among them. The one with the highest index is the last in the tree. */
export function* generateNotes(count: number, seed = 1): Generator<GeneratedNote> {
  const random = createRandom(seed);
  const folderKeys = keysBetween(null, null, Math.ceil(count / NOTES_PER_FOLDER));
  const childKeys = keysBetween(null, null, NOTES_PER_FOLDER);
  let folderId = 'root';
  for (let index = 0; index < count; index++) {
    const inFolder = index % NOTES_PER_FOLDER;
    const isFolder = inFolder === 0;
    const keys = isFolder ? folderKeys : childKeys;
    const note = {
      id: newId(random),
      branchId: newId(random),
      parentId: isFolder ? 'root' : folderId,
      orderKey: keys[isFolder ? index / NOTES_PER_FOLDER : inFolder] ?? '',
      title: makeTitle(random, index),
      html: makeHtml(random, bodyBytes(random)),
    };
    if (isFolder) folderId = note.id;
    yield note;
  }
}

/** HTML of about so many bytes: for notes of a given size. */
export function makeHtml(random: Random, bytes: number): string {
  const blocks: string[] = [];
  let left = bytes;
  while (left > 0) {
    const block = makeBlock(random, left);
    blocks.push(block);
    left -= Buffer.byteLength(block);
  }
  return blocks.join('');
}

function newId(random: Random): string {
  return idFromBytes(random.bytes(ID_BYTES));
}

function bodyBytes(random: Random): number {
  const bytes = MEDIAN_BODY_BYTES * Math.exp(SIGMA * random.normal());
  return Math.round(Math.min(Math.max(bytes, MIN_BODY_BYTES), MAX_BODY_BYTES));
}

/** Each its own: it ends in the number of the note. */
function makeTitle(random: Random, index: number): string {
  return `${capital(wordsOf(random, 1 + random.below(4)).join(' '))} ${index + 1}`;
}

function makeBlock(random: Random, mostBytes: number): string {
  const kind = random.fraction();
  if (mostBytes > 200 && kind < 0.08) return `<h2>${capital(wordsOf(random, 2 + random.below(4)).join(' '))}</h2>`;
  if (mostBytes > 200 && kind < 0.2) return makeList(random);
  const sentences: string[] = [];
  let left = Math.min(mostBytes, 150 + random.below(500)) - '<p></p>'.length;
  while (left > 0) {
    const sentence = makeSentence(random, left);
    sentences.push(sentence);
    left -= Buffer.byteLength(sentence) + 1;
  }
  return `<p>${sentences.join(' ')}</p>`;
}

function makeList(random: Random): string {
  const items = Array.from({length: 2 + random.below(5)}, () => wordsOf(random, 2 + random.below(7)).join(' '));
  return `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function makeSentence(random: Random, mostBytes: number): string {
  const words = wordsOf(random, 5 + random.below(16));
  while (words.length > 1 && words.join(' ').length > mostBytes) words.pop();
  if (random.fraction() < 0.08) words.splice(random.below(words.length), 1, `${1 + random.below(2030)}`);
  if (random.fraction() < 0.1) words[words.length - 1] = `<strong>${words.at(-1)}</strong>`;
  return `${capital(words.join(' '))}.`;
}

function wordsOf(random: Random, count: number): string[] {
  return Array.from({length: count}, () => pickWord(random.fraction()));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
