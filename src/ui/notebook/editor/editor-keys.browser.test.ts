import {Editor} from '@tiptap/core';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {userEvent} from 'vitest/browser';
import {EXTENSIONS, editorSchema} from './extensions.ts';
import {documentFromHtml, documentToHtml} from './stored-html.ts';

const TASKS =
  '<ul class="todo-list"><li><label class="todo-list__label"><input type="checkbox" disabled="disabled">' +
  '<span class="todo-list__label__description">call</span></label></li></ul>';

let editor: Editor;
let after: HTMLButtonElement;

beforeEach(() => {
  after = document.createElement('button');
  document.body.append(after);
});
afterEach(() => {
  editor.destroy();
  after.remove();
});

function open(html: string, at: 'start' | 'end'): void {
  const element = document.createElement('div');
  after.before(element);
  editor = new Editor({element, extensions: EXTENSIONS, content: documentFromHtml(editorSchema(), html).toJSON()});
  editor.commands.focus(at);
}

const html = () => documentToHtml(editor.state.doc);

test('Tab indents in a code block', async () => {
  open(`${TASKS}<pre><code>if (x)\n</code></pre>`, 'end');
  await userEvent.keyboard('{Tab}go');
  expect(html()).toContain('if (x)\n  go');
});

test('Tab leaves a text, and what is typed then ticks none of its tasks', async () => {
  open(`${TASKS}<p>words</p>`, 'end');
  const before = html();
  await userEvent.keyboard('{Tab}');
  expect(document.activeElement).toBe(after);
  await userEvent.keyboard(' x');
  expect(html()).toBe(before);
});

test('a task is ticked by keyboard where the cursor is in it, and else the line is broken', async () => {
  open(`${TASKS}<p>words</p>`, 'start');
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  expect(html()).toContain('checked');
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  expect(html()).toBe(documentToHtml(documentFromHtml(editorSchema(), `${TASKS}<p>words</p>`)));
  editor.commands.focus('end');
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  expect(html()).toContain('words<br>');
});

test('what is typed behind a link is no part of it', async () => {
  open('<p><a href="https://example.org/">site</a></p>', 'end');
  await userEvent.keyboard(' next');
  expect(html()).toContain('<a href="https://example.org/">site</a> next');
});

test('a key acts where the cursor is, before the browser has told that it moved', () => {
  open('<p>Milk</p><p>Eggs</p>', 'start');
  const last = editor.view.dom.querySelector('p:last-child');
  if (last === null) throw new Error('the second paragraph is not shown');
  getSelection()?.selectAllChildren(last);
  getSelection()?.collapseToEnd();
  editor.view.dom.dispatchEvent(
    new KeyboardEvent('keydown', {key: 'Enter', keyCode: 13, bubbles: true, cancelable: true}),
  );
  expect(html()).toBe('<p>Milk</p><p>Eggs</p><p></p>');
});
