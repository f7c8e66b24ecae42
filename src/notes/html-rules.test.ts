import {expect, test} from 'vitest';
import {isAllowedHref, isAllowedImageSource, linkHref, parseLinkHref} from './html-links.ts';
import {keptAttribute} from './html-rules.ts';
import {keptClasses, keptStyle} from './html-style.ts';

test('a link to a note is told from any other address', () => {
  expect(parseLinkHref(linkHref('note', 'AbC_-123'))).toEqual({kind: 'note', id: 'AbC_-123'});
  expect(parseLinkHref('#attachment/AbC_-123')).toEqual({kind: 'attachment', id: 'AbC_-123'});
  for (const other of ['#note/', '#note/../options', '#other/AbC_-123', 'https://x/#note/AbC_-123', '']) {
    expect(parseLinkHref(other)).toBeUndefined();
  }
});

test.each([
  'https://example.org',
  'HTTP://example.org',
  'mailto:a@b.c',
  'tel:+123',
  '../a:b/c.html',
  '#x',
  '//host/x',
  '',
])('keeps the link %j', (address) => expect(isAllowedHref(address)).toBe(true));

test.each([
  'javascript:alert(1)',
  ' java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:x',
  'file:///etc',
])('drops the link %j', (address) => expect(isAllowedHref(address)).toBe(false));

test('images may be bitmaps in the text, never SVG', () => {
  expect(isAllowedImageSource('data:image/png;base64,AAAA')).toBe(true);
  expect(isAllowedImageSource('https://example.org/a.png')).toBe(true);
  for (const bad of ['data:image/svg+xml;base64,AAAA', 'data:text/html,x', 'javascript:x', 'blob:x']) {
    expect(isAllowedImageSource(bad)).toBe(false);
  }
});

test('of styles, colours, alignment and widths stay', () => {
  const kept = [
    'background-color:hsl(60,75%,60%)',
    'color: #fff; text-align:center',
    'width:74.5%;',
    'color:rgb(1 2 3 / 50%)',
  ];
  for (const style of kept) expect(keptStyle(style)).toBe(style);
  expect(keptStyle('position:fixed;color:red;inset:0')).toBe('color:red');
  for (const style of [
    'color:url(//evil)',
    'color:var(--x)',
    'background:url(x)',
    'width:expression(1)',
    'width:99999px',
    // Would take hours if its time grew with the square of its length.
    `color:rgb(${'1'.repeat(3_000_000)}x`,
    '',
  ]) {
    expect(keptStyle(style)).toBeNull();
  }
});

test('of classes, those with a meaning in notes stay', () => {
  const kept = 'language-application-javascript-env-frontend todo-list__label math-tex image-style-align-right';
  expect(keptClasses(kept)).toBe(kept);
  expect(keptClasses('sync-panel table  modal')).toBe('table');
  expect(keptClasses('sync-panel')).toBeNull();
});

test('attributes are kept by tag', () => {
  expect(keptAttribute('td', 'colspan', '2')).toBe('2');
  expect(keptAttribute('p', 'colspan', '2')).toBeNull();
  expect(keptAttribute('img', 'onerror', 'x')).toBeNull();
  expect(keptAttribute('input', 'type', 'text')).toBeNull();
  expect(keptAttribute('constructor', 'toString', 'x')).toBeNull();
  expect(keptAttribute('img', 'data-attachment', 'not an id')).toBeNull();
});
