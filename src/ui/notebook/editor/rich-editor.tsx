/**
 * The editor of rich text. It tells what was typed as stored HTML, made when it is asked for, as that takes as long as the text is; a document
 * that is again as it was opened is told as the very text that was stored, so that undoing everything leaves nothing to save.
 */

import type {Node as DocumentNode} from '@tiptap/pm/model';
import {EditorContent, useEditor} from '@tiptap/react';
import {useEffect, useRef} from 'react';
import {pastedHtml, StoredFormSerializer} from './clipboard.ts';
import {EXTENSIONS, editorSchema} from './extensions.ts';
import {followLink} from './links.ts';
import {isFromStore, replaceDocument} from './replace-document.ts';
import {documentToHtml} from './stored-html.ts';
import {Toolbar} from './toolbar.tsx';

interface RichEditorProps {
  /** A new object each time the editor must show another text. */
  readonly stored: {readonly text: string; readonly doc: DocumentNode};
  readonly onType: (read: () => string) => void;
  readonly onBlur: () => void;
  readonly onOpenNote: (noteId: string) => void;
}

const ATTRIBUTES = {class: 'note-text', role: 'textbox', 'aria-label': 'Note text', 'aria-multiline': 'true'};

export function RichEditor(props: RichEditorProps) {
  const latest = useRef(props);
  const opened = useRef(openedOf(props.stored));
  useEffect(() => {
    latest.current = props;
  });
  const editor = useEditor({
    extensions: EXTENSIONS,
    content: props.stored.doc.toJSON(),
    shouldRerenderOnTransaction: false,
    editorProps: {
      attributes: ATTRIBUTES,
      transformPastedHTML: pastedHtml,
      clipboardSerializer: StoredFormSerializer.of(editorSchema()),
      handleClick: (_view, _pos, event) => event.button === 0 && followLink(event.target, latest.current.onOpenNote),
    },
    onUpdate: ({editor: {state}, transaction}) => {
      if (isFromStore(transaction)) return;
      const {doc} = state;
      const {html: htmlBefore, text} = opened.current;
      latest.current.onType(() => {
        const html = documentToHtml(doc);
        return html === htmlBefore ? text : html;
      });
    },
    onBlur: () => latest.current.onBlur(),
  });
  // What was typed last is asked for before another editor of the same note may open.
  useEffect(() => () => latest.current.onBlur(), []);
  useEffect(() => {
    if (opened.current.stored === props.stored) return;
    opened.current = openedOf(props.stored);
    replaceDocument(editor, editor.schema.nodeFromJSON(props.stored.doc.toJSON()));
  }, [editor, props.stored]);
  return (
    <div className="rich-editor">
      <Toolbar editor={editor} />
      <EditorContent editor={editor} />
    </div>
  );
}

function openedOf(stored: RichEditorProps['stored']) {
  return {stored, text: stored.text, html: documentToHtml(stored.doc)};
}
