/**
 * Merging two texts of a note. The order in which they reach a device decides nothing: which one is older is told by their
 * stamps. What comes out is valid in its format, and has everything that either side added; else nothing is merged.
 */

import {joinHtml, mergeHtml} from './merge-html.ts';
import type {TextFormat} from './text-blocks.ts';
import {type Merging, mergeSequences} from './three-way.ts';
import {likenessOf, wordsOf} from './words.ts';

export interface TextSides {
  /** What both were made from; null where there was nothing. */
  readonly base: string | null;
  readonly older: string;
  readonly newer: string;
}

/** Null where the two overlap: the newer one stands then, and the older one stays what it is. */
export function mergeText(format: TextFormat, sides: TextSides, mime: string): string | null {
  const merged = format === 'html' ? mergeRich(sides) : mergePlain(format, sides);
  return merged !== null && isValid(merged, mime) ? merged : null;
}

function mergeRich({base, older, newer}: TextSides): string | null {
  return base === null ? joinHtml(older, newer) : mergeHtml(base, older, newer);
}

function mergePlain(format: 'markdown' | 'code', {base, older, newer}: TextSides): string | null {
  const rules = format === 'code' ? CODE_LINES : MARKDOWN_LINES;
  if (base === null) return format === 'code' ? null : joinParagraphs(older, newer);
  const [from, a, b] = [base, older, newer].map((text) => text.split('\n'));
  return mergeSequences(from ?? [], a ?? [], b ?? [], rules)?.join('\n') ?? null;
}

const CODE_LINES: Merging<string> = {
  keyOf: (line) => line,
  likeness: (a, b) => likenessOf(wordsOf(a), wordsOf(b)),
  mergeItem: mergeLine,
  isBlank: (line) => line.trim() === '',
  join: () => null,
  touching: 'apart',
};

/** Two lists that grew at one end both keep what they got. */
const MARKDOWN_LINES: Merging<string> = {
  ...CODE_LINES,
  join: withNew,
};

const WORDS: Merging<string> = {
  keyOf: (word) => word,
  likeness: () => 0,
  mergeItem: () => null,
  isBlank: () => false,
  join: () => null,
  touching: 'overlapping',
};

function mergeLine(base: string, older: string, newer: string): string | null {
  return mergeSequences(wordsOf(base), wordsOf(older), wordsOf(newer), WORDS)?.join('') ?? null;
}

function joinParagraphs(older: string, newer: string): string {
  const [a, b] = [older, newer].map((text) => text.split(/\n{2,}/));
  return withNew(a ?? [], b ?? []).join('\n\n');
}

/** The older one's, then those of the newer one that it lacks. */
function withNew(older: readonly string[], newer: readonly string[]): readonly string[] {
  const had = new Set(older);
  return [...older, ...newer.filter((one) => !had.has(one))];
}

/** Data that a program reads must stay readable. */
function isValid(text: string, mime: string): boolean {
  if (!/\bjson$/i.test(mime)) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
