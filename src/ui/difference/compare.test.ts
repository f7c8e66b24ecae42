import {expect, test} from 'vitest';
import {compareTexts, textWithTaken} from './compare.ts';

const html = (text: string) => ({type: 'text', mime: 'text/html', text});
const code = (text: string) => ({type: 'code', mime: 'text/plain', text});

function changesOf(before: string, after: string) {
  const compared = compareTexts(html(before), html(after));
  if (compared.type !== 'blocks') throw new Error('not cut up');
  return compared.changes;
}

test('rich text is compared by paragraphs, shown as HTML; code by lines', () => {
  expect(compareTexts(html('<p>a</p><p>b</p>'), html('<p>a</p><p>c</p>'))).toMatchObject({
    show: 'html',
    changes: [
      {type: 'same', blocks: ['<p>a</p>']},
      {type: 'changed', before: ['<p>b</p>'], after: ['<p>c</p>']},
    ],
  });
  expect(compareTexts(code('a\nb\n'), code('a\nc\n'))).toMatchObject({
    show: 'plain',
    changes: [{type: 'same'}, {type: 'changed', before: ['b\n'], after: ['c\n']}],
  });
});

test('texts of two kinds, and bytes, are not cut up', () => {
  expect(compareTexts(html('<p>a</p>'), code('a'))).toEqual({type: 'whole'});
  expect(compareTexts({...code('a'), type: 'image'}, {...code('b'), type: 'image'})).toEqual({type: 'whole'});
});

test('taking one change leaves every other as it is', () => {
  const before = '<p>1</p><p>a</p><p>2</p><p>b</p>';
  const changes = changesOf(before, '<p>1</p><p>A</p><p>2</p><p>B</p>');
  const changed = changes.flatMap(({type}, index) => (type === 'changed' ? [index] : []));
  expect(changed.map((index) => textWithTaken(changes, index))).toEqual([
    '<p>1</p><p>A</p><p>2</p><p>b</p>',
    '<p>1</p><p>a</p><p>2</p><p>B</p>',
  ]);
  expect(textWithTaken(changes, -1)).toBe(before);
});

test('a passage that only one side has can be taken, and taken out', () => {
  expect(textWithTaken(changesOf('<p>1</p>', '<p>1</p><p>2</p>'), 1)).toBe('<p>1</p><p>2</p>');
  expect(textWithTaken(changesOf('<p>1</p><p>2</p>', '<p>1</p>'), 1)).toBe('<p>1</p>');
});

test('taking change after change ends at the other text, byte for byte', () => {
  const after = '\n<h2>T</h2>\n<ul><li>x</li></ul><p>c</p> tail\n';
  let text = '<p>a</p>\n<ul><li>y</li></ul><p>b</p><p>c</p>';
  for (let steps = 0; steps < 10 && text !== after; steps++) {
    const changes = changesOf(text, after);
    text = textWithTaken(
      changes,
      changes.findIndex(({type}) => type === 'changed'),
    );
  }
  expect(text).toBe(after);
});
