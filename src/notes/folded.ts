/** A title or what was typed to find it, for comparing only: what is stored stays as it is, and sorting goes by locale. */

/** Strokes and joined letters that Unicode doesn't take apart. */
const PLAIN_BY_LETTER: Readonly<Record<string, string>> = {Ø: 'O', Ł: 'L', Đ: 'D', Ħ: 'H', Æ: 'AE', Œ: 'OE'};

/**
 * The same for all cases of a letter, with its accents or without, however it is made of them. Capitals, as only these are one
 * for "ß" and "ss", for both small sigmas, and for an "i" with a dot and without.
 */
export function folded(text: string): string {
  const bare = text
    .toUpperCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '');
  return bare.replace(/[ØŁĐĦÆŒ]/g, (letter) => PLAIN_BY_LETTER[letter] ?? letter);
}
