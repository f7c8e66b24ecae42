import fc from 'fast-check';
import {expect, test} from 'vitest';
import {triliumAttachmentId, triliumNoteId} from '../notes/derived-ids.ts';
import {rewriteTags, scanTags, writeTag} from './html-tags.ts';
import {Problems} from './import-report.ts';
import {page} from './testing/trilium-zip.ts';
import {noteContent, toNoteHtml} from './trilium-html.ts';
import {indexLinks} from './trilium-links.ts';
import {parseMeta} from './trilium-meta.ts';

const file = (dataFileName: string, noteId: string, more: object = {}) => ({
  noteId,
  title: noteId,
  dataFileName,
  ...more,
});
const meta = {
  formatVersion: 2,
  files: [
    file('a.html', 'noteA', {
      dirFileName: 'a',
      children: [file('100% sure?#1.html', 'noteB'), {noteId: 'folder', title: 'folder', dirFileName: 'deep'}],
      attachments: [{attachmentId: 'att1', title: 'Sun', dataFileName: 'a_sun.png'}],
    }),
  ],
};
const {entries} = parseMeta(new TextEncoder().encode(JSON.stringify(meta)), new Problems());
const links = indexLinks(entries);

function convert(html: string, basePath = ''): {html: string; missing: number} {
  let missing = 0;
  const converted = toNoteHtml(page('T', html), 'T', basePath, links, () => missing++);
  return {html: converted, missing};
}

test.each([
  ['a.html', '', 'noteA'],
  ['./a.html#part', '', 'noteA'],
  ['a', '', 'noteA'],
  ['../a.html', 'a/', 'noteA'],
  ['100%25%20sure%3F%231.html', 'a/', 'noteB'],
  ['100% sure?#1.html', 'a/', 'noteB'],
  ['a/100% sure?#1.html', '', 'noteB'],
  ['deep', 'a/', 'folder'],
  ['#root/x/noteB', '', 'noteB'],
  ['#root/noteA?viewMode=default', '', 'noteA'],
])('the address %j in %j leads to %s', (address, basePath, note) => {
  expect(links.resolve(address, basePath)).toMatchObject({kind: 'note', id: triliumNoteId(note)});
});

test.each([
  'b.html',
  '../a.html',
  '../../etc/passwd',
  '#root/other',
  'api/images/other/x.png',
  '100%',
])('the address %j leads to something that is missing', (address) =>
  expect(links.resolve(address, '')).toEqual({kind: 'missing'}));

test.each([
  'https://x',
  '//x',
  'mailto:a@b',
  '#part',
  '',
  'data:image/png;base64,AA',
])('the address %j is left alone', (address) => expect(links.resolve(address, '')).toEqual({kind: 'outside'}));

test('attachments are found by path and by the address that Trilium has inside', () => {
  const expected = {kind: 'attachment', id: triliumAttachmentId('att1'), title: 'Sun'};
  expect(links.resolve('a_sun.png', '')).toEqual(expected);
  expect(links.resolve('api/attachments/att1/image/x.png', 'a/')).toEqual(expected);
  expect(convert('<a href="a_sun.png">sun</a>').html).toBe(`<a href="#attachment/${expected.id}">sun</a>`);
});

test('a picture that is nowhere keeps its address to be seen, and loads nothing', () => {
  expect(convert('<img src="x/gone.png" width="5">')).toEqual({
    html: '<img width="5" title="x/gone.png" alt="gone.png">',
    missing: 1,
  });
});

test('embedded media become links', () => {
  const {html} = convert('<figure class="media"><oembed url="https://x/?a=1&amp;b=2"></oembed></figure>');
  expect(html).toBe('<figure class="media"><a href="https://x/?a=1&amp;b=2">https://x/?a=1&amp;b=2</a></figure>');
});

test('text that looks like a link but is none stays', () => {
  const text = '<pre><code>&lt;a href="a.html"&gt;</code></pre><!-- <a href="a.html"> --><p>1 < 2 <a</p>';
  expect(convert(text).html).toBe(text);
});

test('the page around a text goes, and the wrappers that were left in it', () => {
  expect(noteContent(page('T', '<p>x</p>'), 'T')).toBe('<p>x</p>');
  expect(noteContent(page('T', ' <div class="content"><div><p>x</p></div>\n</div> '), 'T')).toBe('<p>x</p>');
  expect(noteContent(page('T', '<div>a</div><div>b</div>'), 'T')).toBe('<div>a</div><div>b</div>');
  expect(noteContent(page('T', '<div style="color:red">a</div>'), 'T')).toBe('<div style="color:red">a</div>');
  expect(noteContent(page('T', '<div><p>open'), 'T')).toContain('<p>open');
  expect(noteContent('', 'T')).toBe('');
});

test('pages of other versions give their body, without the heading that repeats the title', () => {
  expect(noteContent('<html><body><h1>A &amp; B</h1><p>x</p></body></html>', 'A & B')).toBe('<p>x</p>');
  expect(noteContent('<body><div class="note-content"><h1>Other</h1></div></body>', 'T')).toBe('<h1>Other</h1>');
  expect(noteContent('<p>bare</p>', 'T')).toBe('<p>bare</p>');
});

test('a tag that is read and written again means the same', () => {
  const attributes = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), fc.string());
  fc.assert(
    fc.property(attributes, (values) => {
      const written = writeTag('a', new Map(Object.entries(values)));
      const [tag] = scanTags(written);
      expect(tag).toMatchObject({name: 'a', start: 0, end: written.length, isClosing: false});
      expect(Object.fromEntries(tag!.attributes)).toEqual({...values});
    }),
  );
});

test('any text goes through unchanged where nothing is rewritten, and scanning ends', () => {
  const soup = fc.array(
    fc.constantFrom('<', '>', 'a', '"', "'", '=', ' ', '/', '<!--', '-->', '<a href=', '<div>', '</div>'),
  );
  fc.assert(
    fc.property(soup, (pieces) => {
      const html = pieces.join('');
      expect(rewriteTags(html, () => undefined)).toBe(html);
      noteContent(html, 'T');
    }),
    {numRuns: 1000},
  );
});

test('the time for hostile texts grows with their length, not with its square', {timeout: 60_000}, () => {
  for (const piece of ['<a ', '<a x="', '<div>', '</div>', '<!--', '<a href=x ', '&#', '<div ']) {
    noteContent(piece.repeat(100_000), 'T');
  }
});
