import {expect, test} from 'vitest';
import {joinHtml, mergeHtml} from './merge-html.ts';

/** [what happens, base, older, newer, merged]; merged null: they overlap. */
const cases: readonly (readonly [string, string, string, string, string | null])[] = [
  ['edits of two paragraphs', '<p>a</p><p>b</p>', '<p>a1</p><p>b</p>', '<p>a</p><p>b1</p>', '<p>a1</p><p>b1</p>'],
  ['an edit beside a new paragraph', '<p>a b</p>', '<p>a b c</p>', '<p>a b</p><p>n</p>', '<p>a b c</p><p>n</p>'],
  [
    'an edit of the paragraph that the other one moved something behind',
    '<p>one two</p><p>three four</p>',
    '<p>one two</p><p>new</p><p>three four five</p>',
    '<p>one two six</p><p>three four</p>',
    '<p>one two six</p><p>new</p><p>three four five</p>',
  ],
  [
    'two paragraphs at one place: the older first',
    '<p>a</p>',
    '<p>a</p><p>x</p>',
    '<p>a</p><p>y</p>',
    '<p>a</p><p>x</p><p>y</p>',
  ],
  ['the same paragraph added by both', '<p>a</p>', '<p>a</p><p>x</p>', '<p>a</p><p>x</p>', '<p>a</p><p>x</p>'],
  [
    'an empty paragraph that both write into',
    '<p>a</p><p></p>',
    '<p>a</p><p>x</p>',
    '<p>a</p><p>y</p>',
    '<p>a</p><p>x</p><p>y</p>',
  ],
  ['an empty note that both write into', '', '<p>x</p>', '<p>y</p>', '<p>x</p><p>y</p>'],
  ['a paragraph taken away and another one edited', '<p>a</p><p>b</p>', '<p>b</p>', '<p>a</p><p>b c</p>', '<p>b c</p>'],
  ['neighbours taken away by both', '<p>a</p><p>b</p><p>c</p>', '<p>b</p><p>c</p>', '<p>a</p><p>c</p>', '<p>c</p>'],
  ['a paragraph taken away that the other one edited', '<p>a b</p><p>c</p>', '<p>c</p>', '<p>a b d</p><p>c</p>', null],
  ['a paragraph written anew by both', '<p>a</p>', '<p>x</p>', '<p>y</p>', null],
  [
    'words of one paragraph',
    '<p>one two three four</p>',
    '<p>1 two three four</p>',
    '<p>one two three 4</p>',
    '<p>1 two three 4</p>',
  ],
  ['the same word', '<p>one two three</p>', '<p>one 2 three</p>', '<p>one zwei three</p>', null],
  ['two words at one place in a line', '<p>a b c</p>', '<p>a b x c</p>', '<p>a b y c</p>', null],
  [
    'a word made bold and another one changed',
    '<p>one two three</p>',
    '<p><strong>one</strong> two three</p>',
    '<p>one two 3</p>',
    '<p><strong>one</strong> two 3</p>',
  ],
  [
    'words inside marks',
    '<p>x <b>one <i>two</i> three</b></p>',
    '<p>x <b>1 <i>two</i> three</b></p>',
    '<p>x <b>one <i>two</i> 3</b></p>',
    '<p>x <b>1 <i>two</i> 3</b></p>',
  ],
  [
    'items of one list',
    '<ul><li>a b</li><li>c</li></ul>',
    '<ul><li>a b d</li><li>c</li></ul>',
    '<ul><li>a b</li><li>c</li><li>e</li></ul>',
    '<ul><li>a b d</li><li>c</li><li>e</li></ul>',
  ],
  [
    'a task done here and renamed there',
    task(false, 'buy milk'),
    task(true, 'buy milk'),
    task(false, 'buy oat milk'),
    task(true, 'buy oat milk'),
  ],
  [
    'cells and rows of a table',
    '<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>',
    '<table><tbody><tr><td>a</td><td>b 1</td></tr></tbody></table>',
    '<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></tbody></table>',
    '<table><tbody><tr><td>a</td><td>b 1</td></tr><tr><td>c</td><td>d</td></tr></tbody></table>',
  ],
  [
    'how a paragraph looks and what it says',
    '<p>a b</p>',
    '<p style="text-align:right;">a b</p>',
    '<p>a b c</p>',
    '<p style="text-align:right;">a b c</p>',
  ],
  ['how a paragraph looks, twice', '<p>a</p>', '<p dir="rtl">a</p>', '<p dir="ltr">a</p>', null],
  [
    'lines of code',
    '<pre><code>a\nb\nc</code></pre>',
    '<pre><code>a1\nb\nc</code></pre>',
    '<pre><code>a\nb\nc1</code></pre>',
    '<pre><code>a1\nb\nc1</code></pre>',
  ],
  [
    'a formula is one thing',
    '<p>a <span class="math-tex">x+1</span> b</p>',
    '<p>a <span class="math-tex">y+1</span> b</p>',
    '<p>a <span class="math-tex">x+2</span> b</p>',
    null,
  ],
  ['an entity is one sign', '<p>a &lt; b</p>', '<p>a &gt; b</p>', '<p>a &lt; c</p>', '<p>a &gt; c</p>'],
  [
    'white space between blocks',
    '<p>a</p>\n<p>b</p>\n',
    '<p>a1</p>\n<p>b</p>\n',
    '<p>a</p>\n<p>b1</p>\n',
    '<p>a1</p>\n<p>b1</p>\n',
  ],
  ['what a browser would have to mend', '<p>a<p>b', '<p>a1<p>b', '<p>a<p>b1', null],
];

function task(isDone: boolean, text: string): string {
  const box = `<input type="checkbox" disabled="disabled"${isDone ? ' checked="checked"' : ''}>`;
  const words = `<span class="todo-list__label__description">${text}</span>`;
  return `<ul class="todo-list"><li><label class="todo-list__label">${box}${words}</label></li></ul>`;
}

test.each(cases)('%s', (_, base, older, newer, merged) => {
  expect(mergeHtml(base, older, newer)).toBe(merged);
});

test('without a common text the older one’s blocks come first, equal ones once', () => {
  expect(joinHtml('<p>a</p><p>b</p>', '<p>b</p><p>c</p>')).toBe('<p>a</p><p>b</p><p>c</p>');
  expect(joinHtml('', '<p>c</p>')).toBe('<p>c</p>');
  expect(joinHtml('a', 'b')).toBeNull();
});
