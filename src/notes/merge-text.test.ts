import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseHtml} from './html-tree.ts';
import {mergeText, type TextSides} from './merge-text.ts';
import {formatOf, splitBlocks, type TextFormat} from './text-blocks.ts';
import {wordsOf} from './words.ts';

const MIMES: Readonly<Record<TextFormat, string>> = {
  html: 'text/html',
  markdown: 'text/x-markdown',
  code: 'text/javascript',
};
const merge = (format: TextFormat, sides: TextSides) => mergeText(format, sides, MIMES[format]);

test('lines of code merge, and words in a line', () => {
  expect(merge('code', {base: 'a\nb\nc', older: 'a1\nb\nc', newer: 'a\nb\nc1'})).toBe('a1\nb\nc1');
  expect(merge('code', {base: 'let a = one;', older: 'let b = one;', newer: 'let a = two;'})).toBe('let b = two;');
  expect(merge('code', {base: 'f(one)', older: 'f(two)', newer: 'f(three)'})).toBeNull();
});

test('two lists of Markdown that grew at their end keep both, the older first', () => {
  expect(merge('markdown', {base: '- a', older: '- a\n- b', newer: '- a\n- c'})).toBe('- a\n- b\n- c');
  expect(merge('code', {base: 'a;', older: 'a;\nb;', newer: 'a;\nc;'})).toBeNull();
});

test('without a common text Markdown is joined by paragraphs, code is not', () => {
  expect(merge('markdown', {base: null, older: 'a\n\nb', newer: 'b\n\nc'})).toBe('a\n\nb\n\nc');
  expect(merge('code', {base: null, older: 'a', newer: 'b'})).toBeNull();
});

test('data that would not be readable any more is not merged', () => {
  const sides = {base: '[\n1,\n2\n]', older: '[\n1\n]', newer: '[\n1,\n3,\n2\n]'};
  expect(mergeText('code', sides, 'text/plain')).toBe('[\n1\n3,\n]');
  expect(mergeText('code', sides, 'application/json')).toBeNull();
});

test('only a text that is one on all sides has a format', () => {
  expect(formatOf({type: 'canvas', mime: 'application/json'})).toBeNull();
});

const word = fc.constantFrom('one', 'two', 'three', 'four', 'five', 'six', '&amp;', '漢字', '🙂', 'é');
const line = fc.array(word, {minLength: 1, maxLength: 6}).map((words) => words.join(' '));
const newLine = fc
  .array(fc.constantFrom('sieben', 'acht', 'neun', '天気', '☂', 'ö', '&lt;'), {minLength: 1, maxLength: 6})
  .map((words) => words.join(' '));
const formats: readonly TextFormat[] = ['html', 'markdown', 'code'];
const documentOf = (format: TextFormat, lines: readonly string[]) =>
  format === 'html' ? lines.map((one) => `<p>${one}</p>`).join('') : lines.join('\n');

/**
 * Blocks that two people edit, each in blocks of their own; `insert` puts one before it, `remove` takes it away. What is written
 * resembles no other block: a line that became like its neighbour's old text is taken for that one (ADR 20).
 */
const edits = fc
  .array(
    fc.record({
      line,
      by: fc.constantFrom('older', 'newer', 'nobody'),
      how: fc.constantFrom('rewrite', 'append', 'insert', 'remove'),
      next: newLine,
    }),
    {minLength: 1, maxLength: 8},
  )
  .map((blocks) =>
    blocks.map((block, at) => ({
      ...block,
      line: `${at} ${block.line}`,
      next: `${at}! ${block.next.replaceAll(/[^ ]+/g, (one) => `${one}${at}`)}`,
    })),
  );

type Edits = typeof edits extends fc.Arbitrary<infer T> ? T : never;

function linesOf(blocks: Edits, sides: readonly string[]): string[] {
  return blocks.flatMap(({line: before, by, how, next}) => {
    if (!sides.includes(by)) return [before];
    if (how === 'insert') return [next, before];
    return {rewrite: [next], append: [`${before} ${next}`], remove: []}[how];
  });
}

test.each(formats)('edits of different blocks always merge, to what both did: %s', (format) => {
  fc.assert(
    fc.property(edits, (blocks) => {
      const of = (...sides: string[]) => documentOf(format, linesOf(blocks, sides));
      const merged = merge(format, {base: of(), older: of('older'), newer: of('newer')});
      if (blocks.length > 0 && linesOf(blocks, ['older', 'newer']).length > 0)
        expect(merged).toBe(of('older', 'newer'));
    }),
    {numRuns: 600},
  );
});

const anyDocument = fc.array(
  fc.array(word, {maxLength: 4}).map((words) => words.join(' ')),
  {maxLength: 4},
);

test.each(formats)('nothing that either side added disappears, and what nobody has is not made up: %s', (format) => {
  fc.assert(
    fc.property(anyDocument, anyDocument, anyDocument, (...lines) => {
      const [base, older, newer] = lines.map((one) => documentOf(format, one)) as [string, string, string];
      const merged = merge(format, {base, older, newer});
      if (merged === null) return;
      const [from, a, b, made] = [base, older, newer, merged].map(countWords) as [Counts, Counts, Counts, Counts];
      for (const one of new Set([...from.keys(), ...a.keys(), ...b.keys(), ...made.keys()])) {
        const [inBase, inOlder, inNewer, count] = [from, a, b, made].map((counts) => counts.get(one) ?? 0) as number[];
        const added = Math.max(inOlder! - inBase!, inNewer! - inBase!, 0);
        if (added > 0) expect(count, one).toBeGreaterThan(0);
        if (inOlder === 0 && inNewer === 0) expect(count, one).toBe(0);
      }
    }),
    {numRuns: 1500},
  );
});

test.each(formats)('a side that changed nothing takes what the other one has: %s', (format) => {
  fc.assert(
    fc.property(anyDocument, anyDocument, (before, after) => {
      const [base, changed] = [documentOf(format, before), documentOf(format, after)];
      expect(merge(format, {base, older: base, newer: changed})).toBe(changed);
      expect(merge(format, {base, older: changed, newer: base})).toBe(changed);
      expect(merge(format, {base, older: changed, newer: changed})).toBe(changed);
    }),
    {numRuns: 600},
  );
});

const inline = fc.constantFrom(
  '<b>a b</b>',
  '<i>c <b>d</b></i>',
  'e f',
  ' ',
  '<br>',
  '<a href="x">g</a>',
  '<img src="y">',
);
const inlines = fc.array(inline, {maxLength: 4}).map((parts) => parts.join(''));
const block = fc.oneof(
  inlines.map((html) => `<p>${html}</p>`),
  fc
    .array(inlines, {minLength: 1, maxLength: 3})
    .map((items) => `<ul>${items.map((one) => `<li>${one}</li>`).join('')}</ul>`),
  inlines.map((html) => `<table><tbody><tr><td>${html}</td><td>h</td></tr></tbody></table>`),
  inlines,
);
const rich = fc.array(block, {maxLength: 5}).map((blocks) => blocks.join(''));

test('rich text that comes out is plainly nested, whatever goes in', () => {
  let merges = 0;
  fc.assert(
    fc.property(rich, rich, rich, (base, older, newer) => {
      const merged = merge('html', {base, older, newer});
      if (merged === null) return;
      merges++;
      expect(parseHtml(merged)).toBeDefined();
      expect(splitBlocks('html', merged)?.join('')).toBe(merged);
    }),
    {numRuns: 3000},
  );
  expect(merges).toBeGreaterThan(100);
});

type Counts = ReadonlyMap<string, number>;

function countWords(text: string): Counts {
  const counts = new Map<string, number>();
  for (const one of wordsOf(text.replaceAll(/<[^>]*>/g, ' '))) {
    if (one.trim() !== '') counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  return counts;
}

test('a text of any length merges: 200,000 lines, 200,000 words in one of them, and 200,000 lines that went', () => {
  const many = (what: string) => Array.from({length: 200_000}, (_, n) => `${what}${n}`);
  const [lines, words] = [many('line '), many('w')];
  const sides = (list: readonly string[], by: string) => ({
    base: list.join(by),
    older: ['changed', ...list.slice(1)].join(by),
    newer: [...list.slice(0, -1), 'changed too'].join(by),
  });
  const both = (list: readonly string[], by: string) => ['changed', ...list.slice(1, -1), 'changed too'].join(by);
  expect(merge('code', sides(lines, '\n')) === both(lines, '\n')).toBe(true);
  expect(merge('code', sides(words, ' ')) === both(words, ' ')).toBe(true);
  const paragraph = (text: string | null) => (text === null ? null : `<p>${text}</p>`);
  const {base, older, newer} = sides(words, ' ');
  const html = {base: `<p>${base}</p>`, older: `<p>${older}</p>`, newer: `<p>${newer}</p>`};
  expect(merge('html', html) === paragraph(both(words, ' '))).toBe(true);
  const ends = ['first', ...lines, 'last'].join('\n');
  expect(merge('code', {base: ends, older: 'first\nlast', newer: `${ends}\nput in`})).toBe('first\nlast\nput in');
});

test('what is nested deeper than any browser nests it is not merged', () => {
  const deep = (levels: number, text: string) => '<div>'.repeat(levels) + text + '</div>'.repeat(levels);
  const sides = (levels: number) => ({
    base: deep(levels, 'a'),
    older: deep(levels, 'b'),
    newer: `${deep(levels, 'a')}<p>c</p>`,
  });
  expect(merge('html', sides(400))).toBe(`${deep(400, 'b')}<p>c</p>`);
  expect(merge('html', sides(20_000))).toBeNull();
});

test('lines that were rewritten where they stand are that, also where one has become like its neighbour’s old text', () => {
  const base = '0 one\n1 one one two\n2 one\n3 one';
  const older = '0! one two one\n1! other\n2 one\n3! one';
  const newer = '0 one\n1 one one two\nput in\n2 one\n3 one';
  expect(merge('code', {base, older, newer})).toBe('0! one two one\n1! other\nput in\n2 one\n3! one');
});
