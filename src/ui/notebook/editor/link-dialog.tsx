/** Address of the link at the cursor, or for the selected text; an empty one takes the link away. */

import type {Editor} from '@tiptap/core';
import {useState} from 'react';
import {isAllowedHref} from '../../../notes/html-links.ts';
import {Button} from '../../parts/button.tsx';
import {Dialog} from '../../parts/dialog.tsx';
import {Field} from '../../parts/field.tsx';

export function LinkDialog({editor, onClose}: {readonly editor: Editor; readonly onClose: () => void}) {
  const [address, setAddress] = useState(() => String(editor.getAttributes('link').href ?? ''));
  const [error, setError] = useState<string | null>(null);
  const save = () => {
    const href = withScheme(address.trim());
    if (!isAllowedHref(href)) return setError('Only http, https, mailto and tel addresses, and links to notes.');
    onClose();
    setLink(editor, href);
  };
  return (
    <Dialog title="Link" onClose={onClose}>
      <form
        className="dialog-flow"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field
          label="Address"
          value={address}
          error={error}
          data-autofocus
          onChange={(event) => setAddress(event.target.value)}
        />
        <div className="dialog-buttons">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit">
            Set link
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function setLink(editor: Editor, href: string): void {
  const chain = editor.chain().focus().extendMarkRange('link');
  if (href === '') chain.unsetLink().run();
  else if (editor.state.selection.empty && !editor.isActive('link')) {
    chain.insertContent({type: 'text', text: href, marks: [{type: 'link', attrs: {href}}]}).run();
  } else chain.setLink({href}).run();
}

/** "example.org" is meant as a site. */
function withScheme(address: string): string {
  return /^[\w-]+(?:\.[\w-]+)+(?:[/?#:].*)?$/.test(address) ? `https://${address}` : address;
}
