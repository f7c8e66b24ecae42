/** Two texts cut into what is the same and what differs, and what becomes of the first when passages of the second are taken. */

import {type BlockChange, differenceOf} from '../../notes/block-difference.ts';
import {formatOf, splitBlocks} from '../../notes/text-blocks.ts';

export interface ComparedText {
  readonly type: string;
  readonly mime: string;
  readonly text: string;
}

export type Comparison =
  | {readonly type: 'blocks'; readonly show: PassageFormat; readonly changes: readonly BlockChange[]}
  /** They can't be cut up alike: to be read one beside the other. */
  | {readonly type: 'whole'};

export type PassageFormat = 'html' | 'plain';

export function passageFormat(type: string): PassageFormat {
  return type === 'text' ? 'html' : 'plain';
}

export function compareTexts(before: ComparedText, after: ComparedText): Comparison {
  const format = formatOf(before);
  if (format === null || format !== formatOf(after)) return {type: 'whole'};
  const [from, to] = [splitBlocks(format, before.text), splitBlocks(format, after.text)];
  if (from === null || to === null) return {type: 'whole'};
  return {type: 'blocks', show: passageFormat(before.type), changes: differenceOf(from, to)};
}

/** The first text with the change at `index` as the second has it. Each block is whole, so what comes out is valid. */
export function textWithTaken(changes: readonly BlockChange[], index: number): string {
  const blocks = changes.flatMap((change, at) => {
    if (change.type === 'same') return change.blocks;
    return at === index ? change.after : change.before;
  });
  return blocks.join('');
}
