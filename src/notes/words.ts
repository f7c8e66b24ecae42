/** A text as words, white space and single signs: what a merge inside one paragraph or line is made of. */

const ONE_BY_ONE = '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmr}\\p{sc=Mymr}';
/** Entities of HTML stay whole, so do a sign and the marks that are joined to it. */
const WORD = new RegExp(
  `&#?\\w+;|[${ONE_BY_ONE}]\\p{M}*|(?:(?![${ONE_BY_ONE}])[\\p{L}\\p{N}_])(?:(?![${ONE_BY_ONE}])[\\p{L}\\p{N}\\p{M}_])*|\\s+|` +
    '\\P{M}(?:[\\p{M}\\u200d\\ufe0f]|(?<=\\u200d)\\P{M})*|\\p{M}+',
  'gsu',
);

/** Joined they are the text. */
export function wordsOf(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}

/** 0 to 1: the part of their words that two texts share (Dice, 1945). Texts without a word aren't alike. */
export function likenessOf(a: readonly string[], b: readonly string[]): number {
  const [own, others] = [a, b].map((words) => words.filter((word) => word.trim() !== ''));
  if (own === undefined || others === undefined || own.length === 0 || others.length === 0) return 0;
  const left = new Map<string, number>();
  for (const word of own) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of others) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared++;
  }
  return (2 * shared) / (own.length + others.length);
}
