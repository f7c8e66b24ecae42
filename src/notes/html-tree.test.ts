import {expect, test} from 'vitest';
import {parseHtml, sourceOf} from './html-tree.ts';

const readable = [
  '',
  'words only',
  '<p>a <strong>b</strong> &amp; c</p>\n<p></p>',
  "<p style='color:red' data-x=1 hidden>a<br>b<img src=\"x>y\" alt=''/></p>",
  '<ul><li>a<ul><li>b</li></ul></li> <li><p>c</p></li></ul>',
  '<table><colgroup><col><col></colgroup><tbody><tr><td colspan="2">a</td><th>b</th></tr></tbody></table>',
  '<blockquote><p>a</p><hr><pre><code class="x">if (a)\n\tb</code></pre></blockquote>',
  '<figure class="image"><img src="a"><figcaption>c</figcaption></figure>',
];

test.each(readable)('plainly nested HTML keeps its bytes: %s', (html) => {
  expect(parseHtml(html)?.map(sourceOf).join('')).toBe(html);
});

const unreadable = [
  '<p>a',
  'a</p>',
  '<p><b>a</p></b>',
  'a < b',
  '<p>a<!-- b --></p>',
  '<!doctype html><p>a</p>',
  '<p>a<p>b</p></p>',
  '<p><ul><li>a</li></ul></p>',
  '<b><p>a</p></b>',
  '<a href="x">b<i><a>c</a></i></a>',
  '<li>a</li>',
  '<ul>a<li>b</li></ul>',
  '<ul><p>a</p></ul>',
  '<table><tr><td>a</td></tr></table>',
  '<table><tbody>a</tbody></table>',
  '<td>a</td>',
  '<div/>a',
  '<script>a</script>',
  '<svg><path/></svg>',
  '<p a="x>b</p>',
];

test.each(unreadable)('what a browser would mend is not read: %s', (html) => {
  expect(parseHtml(html)).toBeUndefined();
});

test('names are told in lower case, attributes stay with their start tag', () => {
  const [element] = parseHtml('<P Class="a">b</P>') ?? [];
  expect(element).toEqual({
    type: 'element',
    name: 'p',
    open: '<P Class="a">',
    close: '</P>',
    children: [{type: 'text', source: 'b'}],
  });
});
