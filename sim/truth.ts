/**
 * What people wrote, and on top of what, as no program knows it. A text has a few paragraphs, and writing changes one of them
 * or adds one, so that two devices may write the same or different ones. Every paragraph and every title is one of a kind.
 * It is kept if it is in what is current, in a revision, or was written over by one that is kept; or it was erased after a
 * person had deleted it.
 */

import {type Bytes, utf8Bytes} from '../protocol/bytes.ts';
import {hashOf} from '../protocol/hash.ts';
import {writeData} from '../src/notes/note-data.ts';

/** What is in the `data` of every note here. */
export function titleData(title: string): Bytes {
  return writeData({title, type: 'text', mime: 'text/html'});
}

/** A note as a person sees it. */
export function versionOf(id: string, title: string, text: string | null): string {
  return JSON.stringify([id, title, text]);
}

export interface Truth {
  /** A new title, or a text with a new paragraph, written on top of what the editor showed. */
  write(part: 'text' | 'title', over: string | null): string;
  /** A text on its way between devices; a merge makes some that nobody wrote. */
  learn(text: string): void;
  /** The text, or the title in the data, of this hash, also where it isn't on a device or damaged there; null for none. */
  valueOf(hash: string): string | null;
  /** The person was told that it is saved; `over`, `whole`: all of what the editor showed before and shows now. */
  acknowledge(value: string, over?: string, whole?: string): void;
  /** Whether a person had all of this version in an editor; a merge makes versions that nobody wrote. */
  wasWritten(version: string): boolean;
  /** A person deleted this note, with this in it. */
  remove(id: string, values: readonly (string | null)[]): void;
  /** The time of a deletion of this note has passed: what went with it is gone for good. */
  erase(id: string): void;
  /** Those of which nothing is left, given what is kept. */
  lost(kept: ReadonlySet<string>): string[];
  /** Whether the one value is the other, or what the other was written on top of, step by step. */
  isWithin(older: string, newer: string): boolean;
  /** A person brought an older state of this note back: any of its versions may be current again. */
  bringBack(id: string): void;
  broughtBack(id: string): boolean;
  /** Whether something that was told as saved was written on top of this whole version. */
  isOvertaken(version: string): boolean;
  readonly acknowledged: number;
}

export function createTruth(): Truth {
  /** Of texts and titles as a whole, and of paragraphs. */
  const parentOf = new Map<string, string | null>();
  const newIn = new Map<string, string>();
  const told = new Set<string>();
  const valueByHash = new Map<string, string>();
  const written = new Set<string>();
  const overtaken = new Set<string>();
  const back = new Set<string>();
  const removed = new Map<string, Set<string>>();
  const erased = new Set<string>();
  let count = 0;
  return {
    write(part, over) {
      count += 1;
      const own = `${part} ${count}`;
      if (part === 'title') {
        parentOf.set(own, over);
        valueByHash.set(hashOf(titleData(own)), own);
        return own;
      }
      const {text, replaced} = withParagraph(over, own, count);
      parentOf.set(own, replaced);
      parentOf.set(text, over);
      newIn.set(text, own);
      valueByHash.set(hashOf(utf8Bytes(text)), text);
      return text;
    },
    learn: (text) => void valueByHash.set(hashOf(utf8Bytes(text)), text),
    valueOf: (hash) => valueByHash.get(hash) ?? null,
    wasWritten: (version) => written.has(version),
    acknowledge(value, over, whole) {
      told.add(newIn.get(value) ?? value);
      if (whole !== undefined) written.add(whole);
      if (over !== undefined) overtaken.add(over);
    },
    remove(id, values) {
      const all = removed.get(id) ?? new Set();
      for (const value of values) for (const part of partsIn(value)) all.add(part);
      removed.set(id, all);
    },
    erase: (id) => void erased.add(id),
    lost(kept) {
      const gone = [...erased].flatMap((id) => [...(removed.get(id) ?? [])]);
      const left = new Set([...[...kept].flatMap(partsIn), ...gone]);
      for (const value of [...left]) {
        for (let one = parentOf.get(value); one != null; one = parentOf.get(one)) left.add(one);
      }
      return [...told].filter((value) => !left.has(value));
    },
    isWithin(older, newer) {
      for (let one: string | null | undefined = newer; one != null; one = parentOf.get(one))
        if (one === older) return true;
      return false;
    },
    bringBack: (id) => void back.add(id),
    broughtBack: (id) => back.has(id),
    isOvertaken: (version) => overtaken.has(version),
    get acknowledged() {
      return told.size;
    },
  };
}

const PARAGRAPHS_AT_FIRST = 3;
const ADDED_EVERY = 5;

/** `text` with `own` in the place of one of its paragraphs, or at its end. */
function withParagraph(over: string | null, own: string, count: number): {text: string; replaced: string | null} {
  const paragraphs = over === null ? new Array<string>(PARAGRAPHS_AT_FIRST).fill('') : paragraphsIn(over);
  const at = count % ADDED_EVERY === 0 ? paragraphs.length : count % Math.max(1, paragraphs.length);
  const replaced = paragraphs[at] ?? '';
  paragraphs[at] = own;
  return {text: paragraphs.map((one) => `<p>${one}</p>`).join(''), replaced: replaced === '' ? null : replaced};
}

function paragraphsIn(text: string): string[] {
  return [...text.matchAll(/<p>(.*?)<\/p>/g)].map(([, words = '']) => words);
}

/** A title is one part of its own. What came from a file is in no paragraph, and may stand before some by a merge. */
function partsIn(value: string | null): string[] {
  if (value === null) return [];
  return value.includes('<p>') ? paragraphsIn(value) : [value];
}
