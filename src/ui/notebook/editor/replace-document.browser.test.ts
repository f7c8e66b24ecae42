import {Editor} from '@tiptap/core';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {EXTENSIONS, editorSchema} from './extensions.ts';
import {replaceDocument} from './replace-document.ts';
import {documentFromHtml, documentToHtml} from './stored-html.ts';

function editorOf(html: string): Editor {
  return new Editor({extensions: EXTENSIONS, content: documentFromHtml(editorSchema(), html).toJSON()});
}

function show(editor: Editor, html: string): void {
  replaceDocument(editor, editor.schema.nodeFromJSON(documentFromHtml(editorSchema(), html).toJSON()));
}

/** Puts the cursor behind the first such words. */
function putCursor(editor: Editor, words: string): void {
  editor.state.doc.descendants((node, pos) => {
    const at = node.text?.indexOf(words) ?? -1;
    if (at >= 0) editor.commands.setTextSelection(pos + at + words.length);
  });
}

function wordsBeforeCursor({state}: Editor): string {
  return state.selection.$from.parent.textBetween(0, state.selection.$from.parentOffset);
}

test('the cursor stays between its words, whatever changes before, behind and in its own paragraph', () => {
  const editor = editorOf('<p>one</p><p>two words</p><p>three</p>');
  putCursor(editor, 'two');
  show(editor, '<p>one more</p><p>new</p><p>two words here</p><p>three, too</p>');
  expect(wordsBeforeCursor(editor)).toBe('two');
  show(editor, '<p>two words here</p><ul><li>three</li></ul>');
  expect(wordsBeforeCursor(editor)).toBe('two');
  editor.destroy();
});

test('the cursor stays in what was written here and never came from the store', () => {
  const editor = editorOf('');
  for (const [index, line] of ['one', 'two words', 'three', 'an item'].entries()) {
    if (index > 0) editor.commands.splitBlock();
    editor.commands.insertContent(line);
  }
  editor.commands.toggleBulletList();
  for (const words of ['on', 'two', 'an']) {
    putCursor(editor, words);
    const stored = documentToHtml(editor.state.doc).replace('three', `three, not ${words}`);
    show(editor, stored);
    expect(wordsBeforeCursor(editor)).toBe(words);
    expect(documentToHtml(editor.state.doc)).toBe(stored);
  }
  editor.destroy();
});

const block = fc.constantFrom(
  '<p>a</p>',
  '<p>a b</p>',
  '<p></p>',
  '<h2>a</h2>',
  '<ul><li>a</li><li>b</li></ul>',
  '<hr>',
);
const text = fc.array(block, {minLength: 1, maxLength: 6}).map((blocks) => blocks.join(''));

test('whatever was shown, the other text is shown then', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const editor = editorOf(before);
      show(editor, after);
      expect(documentToHtml(editor.state.doc)).toBe(documentToHtml(documentFromHtml(editorSchema(), after)));
      editor.destroy();
    }),
    {numRuns: 100},
  );
});

test('an empty line that was written as one stays one, after a line across too', () => {
  const editor = editorOf('<hr>');
  show(editor, '<p></p>');
  expect(documentToHtml(editor.state.doc)).toBe('<p></p>');
  editor.destroy();
});
