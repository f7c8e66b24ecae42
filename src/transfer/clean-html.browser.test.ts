import {expect, test} from 'vitest';
import {refKey} from '../../protocol/entity.ts';
import {triliumAttachmentId, triliumNoteId} from '../notes/derived-ids.ts';
import {createSanitizer} from './clean-html.ts';
import {importTrilium} from './import-trilium.ts';
import {createMemoryWriter} from './testing/memory-writer.ts';
import {packZip, page, TRILIUM_ZIP_COUNTS, triliumZip} from './testing/trilium-zip.ts';

const sanitize = createSanitizer();
const clean = (html: string) => sanitize(html).html;

const HOSTILE: readonly (readonly [string, string])[] = [
  ['<p>a<script>alert(1)</script>b</p>', '<p>ab</p>'],
  ['<img src="https://x/a.png" onerror="alert(1)">', '<img src="https://x/a.png">'],
  ['<a href="javascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href=" jav&#x09;ascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="data:text/html,x">x</a>', '<a>x</a>'],
  ['<svg><script>alert(1)</script><a href="javascript:x"><text>y</text></a></svg>', ''],
  ['<math><mtext><table><mglyph><style><img src onerror=alert(1)>', ''],
  ['<img src="data:image/svg+xml;base64,PHN2Zy8+">', '<img>'],
  ['<p style="position:fixed;inset:0;color:red">x</p>', '<p style="color:red">x</p>'],
  ['<p style="background:url(//evil)">x</p>', '<p>x</p>'],
  ['<style>*{display:none}</style><p>x</p>', '<p>x</p>'],
  ['<p class="sync-panel modal" id="root">x</p>', '<p>x</p>'],
  ['<iframe src="https://x"></iframe><object data="x"></object><embed src="x">', ''],
  ['<form action="https://x"><input name="password"><button>Sign in</button></form>', 'Sign in'],
  ['<input type="text"><input type="CHECKBOX" autofocus onfocus="alert(1)">', '<input type="CHECKBOX">'],
  ['<base href="https://x"><link rel="stylesheet" href="https://x"><meta http-equiv="refresh" content="0">', ''],
  ['<p data-anything="x" aria-hidden="true" contenteditable>x</p>', '<p>x</p>'],
  ['<img src="a.png" srcset="https://x 1x" usemap="#m">', '<img src="a.png">'],
  ['<x-custom is="y">x</x-custom>', 'x'],
];

test.each(HOSTILE)('of %j stays %j, and that something went is told', (dirty, expected) => {
  expect(sanitize(dirty)).toEqual({html: expected, removed: expect.toSatisfy((count: number) => count > 0)});
});

test('what the editors of Aster and Trilium make stays as it is', () => {
  const kept = [
    '<figure class="table"><table><tbody><tr><th colspan="2" scope="col">a</th></tr><tr><td rowspan="2">b</td></tr></tbody></table><figcaption>c</figcaption></figure>',
    '<table style="min-width: 50px"><colgroup><col style="min-width: 25px"></colgroup><tbody><tr><td colspan="1" rowspan="1" colwidth="120"><p>x</p></td></tr></tbody></table>',
    '<ul class="todo-list"><li><label class="todo-list__label"><input type="checkbox" checked="checked" disabled="disabled"><span class="todo-list__label__description">x</span></label></li></ul>',
    '<ul data-type="taskList"><li data-checked="true" data-type="taskItem"><label><input type="checkbox" checked="checked"><span></span></label><div><p>x</p></div></li></ul>',
    '<pre><code class="language-application-javascript-env-frontend">if (1 &lt; 2) {}\n</code></pre>',
    '<p><span style="background-color:hsl(60,75%,60%)">a</span><span class="text-big">b</span><mark class="marker-yellow">c</mark></p>',
    '<p><mark data-color="#ffcc00" style="background-color: #ffcc00; color: inherit">x</mark></p>',
    '<p style="text-align: center">x</p>',
    '<p><span class="math-tex">\\(c^2 = a^2 + b^2\\)</span></p>',
    '<aside class="admonition tip"><p>x</p></aside><details open=""><summary>a</summary><p>b</p></details>',
    '<figure class="image image_resized image-style-align-right" style="width:50%;"><img alt="x" data-attachment="abcd1234ABCD5678"></figure>',
    '<p><img data-note="abcd1234ABCD5678" alt="x" width="100" height="80"></p>',
    '<section class="include-note box-size-medium" data-note="abcd1234ABCD5678" data-box-size="medium">&nbsp;</section>',
    '<p><a class="reference-link" href="#note/abcd1234ABCD5678">x</a> <a target="_blank" rel="noopener noreferrer nofollow" href="https://x/?a=1&amp;b=2">y</a></p>',
    '<ol start="3" type="a"><li value="2">x</li></ol><blockquote><p>q</p></blockquote><hr><p>a<br>b <sub>c</sub><sup>d</sup><kbd>e</kbd></p>',
    '<img src="data:image/png;base64,iVBORw0KGgo=">',
    '<p dir="rtl" lang="he">x</p>',
  ];
  for (const html of kept) expect(sanitize(html)).toEqual({html, removed: 0});
});

test('cleaning twice changes nothing more', () => {
  for (const [dirty] of HOSTILE) expect(clean(clean(dirty))).toBe(clean(dirty));
});

test('an export is imported in the browser from a file, with its HTML cleaned', async () => {
  const zip = triliumZip();
  const evil = page('Shopping', '<p onclick="alert(1)">milk<script>alert(1)</script></p>');
  zip.files.set('My notebook/Tasks/Shopping.html', new TextEncoder().encode(evil));
  const writer = createMemoryWriter();
  const report = await importTrilium(new File([packZip(zip)], 'export.zip'), {writer});
  expect(report.counts.places.created).toBe(TRILIUM_ZIP_COUNTS.places);
  expect(writer.text(triliumNoteId('shopping0001'))).toBe('<p>milk</p>');
  expect(report.problems.find(({type}) => type === 'text_cleaned')?.noteTitles).toEqual(['Shopping']);
  const top = writer.text(triliumNoteId('topNote00001'));
  expect(top).toContain(`data-attachment="${triliumAttachmentId('attach000001')}"`);
  expect(top).toContain(`href="#note/${triliumNoteId('longTitle001')}"`);
  const formatted = writer.text(triliumNoteId('longTitle001'));
  for (const piece of [
    'colspan="2"',
    'rowspan="2"',
    'math-tex',
    'admonition tip',
    '<summary>',
    'language-application',
  ]) {
    expect(formatted).toContain(piece);
  }
  expect(writer.kept.has(refKey({kind: 'note', id: triliumNoteId('photo0000001')}))).toBe(true);
});
