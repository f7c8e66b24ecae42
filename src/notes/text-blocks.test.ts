import fc from 'fast-check';
import {expect, test} from 'vitest';
import {differenceOf} from './block-difference.ts';
import {formatOf, splitBlocks} from './text-blocks.ts';

test('rich text is cut at its outermost blocks, white space stays with what follows', () => {
  expect(splitBlocks('html', '<p>a</p>\n<ul><li>b</li></ul>words <b>c</b><hr>\n')).toEqual([
    '<p>a</p>',
    '\n<ul><li>b</li></ul>',
    'words <b>c</b>',
    '<hr>\n',
  ]);
  expect(splitBlocks('html', ' \n')).toEqual([' \n']);
  expect(splitBlocks('html', '')).toEqual([]);
});

test('Markdown and code are cut into lines', () => {
  expect(splitBlocks('code', 'a\n\nb')).toEqual(['a\n', '\n', 'b']);
  expect(splitBlocks('markdown', 'a\r\nb\n')).toEqual(['a\r\n', 'b\n']);
  expect(splitBlocks('code', '')).toEqual([]);
});

test('what is not plainly nested stands as a whole', () => {
  expect(splitBlocks('html', '<p>a<p>b')).toBeNull();
});

test('the blocks joined are the text', () => {
  const part = fc.constantFrom(
    '<p>a</p>',
    '<p>b <i>c</i></p>',
    '<ul><li>d</li></ul>',
    'e',
    ' ',
    '\n',
    '<hr>',
    '<b>f</b>',
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join('');
      expect(splitBlocks('html', text)?.join('')).toBe(text);
      expect(splitBlocks('code', text)?.join('')).toBe(text);
    }),
  );
});

test('only texts have a format', () => {
  expect(formatOf({type: 'text', mime: 'text/html'})).toBe('html');
  expect(formatOf({type: 'code', mime: 'text/x-markdown'})).toBe('markdown');
  expect(formatOf({type: 'code', mime: 'application/json'})).toBe('code');
  expect(formatOf({type: 'mermaid', mime: 'text/mermaid'})).toBe('code');
  expect(formatOf({type: 'image', mime: 'image/png'})).toBeNull();
});

test('a difference has both texts in it', () => {
  expect(differenceOf(['a', 'b', 'c'], ['a', 'x', 'y', 'c', 'd'])).toEqual([
    {type: 'same', blocks: ['a']},
    {type: 'changed', before: ['b'], after: ['x', 'y']},
    {type: 'same', blocks: ['c']},
    {type: 'changed', before: [], after: ['d']},
  ]);
});
