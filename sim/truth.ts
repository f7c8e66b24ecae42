/**
 * What people wrote, and on top of what, as no program knows it. Every text and every title is one of a kind. One is kept if
 * it is current, in a revision, or an ancestor of one that is; or it was erased after a person had deleted it.
 */

import {utf8Bytes} from '../protocol/bytes.ts';
import {hashOf} from '../protocol/hash.ts';

/** A note as a person sees it. */
export function versionOf(id: string, title: string, text: string | null): string {
  return JSON.stringify([id, title, text]);
}

export interface Truth {
  /** A new text or title, written on top of what the editor showed. */
  write(part: 'text' | 'title', over: string | null): string;
  /** The text of this hash, also where it isn't on a device; null for none that anybody wrote. */
  textOf(hash: string): string | null;
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
  const parentOf = new Map<string, string | null>();
  const told = new Set<string>();
  const textByHash = new Map<string, string>();
  const written = new Set<string>();
  const overtaken = new Set<string>();
  const back = new Set<string>();
  const removed = new Map<string, Set<string>>();
  const erased = new Set<string>();
  let count = 0;
  return {
    write(part, over) {
      count += 1;
      const value = `${part} ${count}`;
      parentOf.set(value, over);
      if (part === 'text') textByHash.set(hashOf(utf8Bytes(value)), value);
      return value;
    },
    textOf: (hash) => textByHash.get(hash) ?? null,
    wasWritten: (version) => written.has(version),
    acknowledge(value, over, whole) {
      told.add(value);
      if (whole !== undefined) written.add(whole);
      if (over !== undefined) overtaken.add(over);
    },
    remove(id, values) {
      const all = removed.get(id) ?? new Set();
      for (const value of values) if (value !== null) all.add(value);
      removed.set(id, all);
    },
    erase: (id) => void erased.add(id),
    lost(kept) {
      const gone = [...erased].flatMap((id) => [...(removed.get(id) ?? [])]);
      const left = new Set([...kept, ...gone]);
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
