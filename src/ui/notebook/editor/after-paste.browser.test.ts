import {Editor} from '@tiptap/core';
import {expect, it} from 'vitest';
import {EXTENSIONS} from './extensions.ts';

it.each(['<p>An article.</p><hr>', '<hr>'])('what is typed after pasting %s stands behind it', (html) => {
  const editor = new Editor({
    element: document.body.appendChild(document.createElement('div')),
    extensions: EXTENSIONS,
  });
  editor.view.pasteHTML(html);
  editor.view.dispatch(editor.state.tr.insertText('my words'));
  expect(editor.getHTML()).toContain('<hr');
  expect(editor.state.doc.textContent).toContain('my words');
  editor.destroy();
});
