/**
 * The words that one passage has and the one beside it lacks, marked with the browser's highlights: its text stays as it is.
 * Only an aid for the eye; browsers without highlights show the passages without it.
 */

import {diffSequences} from '../../notes/sequence-diff.ts';
import {likenessOf, wordsOf} from '../../notes/words.ts';

const NAME = 'difference';
/** Below this most words would be marked, and marks would say nothing. */
const LEAST_LIKENESS = 0.3;

/** Where in `text` stands what `other` lacks, as [start, end) in code units. */
export function differingSpans(text: string, other: string): readonly (readonly [start: number, end: number])[] {
  const [own, others] = [wordsOf(text), wordsOf(other)];
  if (likenessOf(own, others) < LEAST_LIKENESS) return [];
  const starts = startsOf(own);
  return diffSequences(own, others).flatMap(({start, end}) => {
    const [from, to] = [starts[start] ?? text.length, starts[end] ?? text.length];
    return text.slice(from, to).trim() === '' ? [] : [[from, to] as const];
  });
}

/** Marks them in `element` until the returned function is called. */
export function emphasise(element: Element, other: string): () => void {
  if (!('highlights' in CSS)) return () => {};
  const highlight = CSS.highlights.get(NAME) ?? new Highlight();
  CSS.highlights.set(NAME, highlight);
  const ranges = differingSpans(element.textContent, other).map((span) => rangeOf(element, span));
  for (const range of ranges) highlight.add(range);
  return () => {
    for (const range of ranges) highlight.delete(range);
  };
}

function startsOf(words: readonly string[]): number[] {
  let at = 0;
  return words.map((word) => {
    const start = at;
    at += word.length;
    return start;
  });
}

function rangeOf(element: Element, [start, end]: readonly [number, number]): Range {
  const range = document.createRange();
  const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let at = 0;
  for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (start >= at && start < at + length) range.setStart(node, start - at);
    if (end > at && end <= at + length) range.setEnd(node, end - at);
    at += length;
  }
  return range;
}
