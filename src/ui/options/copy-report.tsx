/** Puts a text on the clipboard; where the browser has none for this page, shows it to be copied by hand. */

import {useState} from 'react';
import {Button} from '../parts/button.tsx';

export function CopyReport({text}: {readonly text: () => string}) {
  const [state, setState] = useState<'ready' | 'copied' | 'shown'>('ready');
  const copy = () => {
    // Without a secure context there is no clipboard; without leave it refuses.
    const copied: Promise<void> | undefined = (navigator.clipboard as Clipboard | undefined)?.writeText(text());
    if (copied === undefined) setState('shown');
    else
      copied.then(
        () => setState('copied'),
        () => setState('shown'),
      );
  };
  return (
    <>
      <div className="actions">
        <Button look="quiet" onClick={copy}>
          Copy report
        </Button>
        <span className="quiet" aria-live="polite">
          {state === 'copied' ? 'Copied. It has no password, token or text of a note in it.' : ''}
        </span>
      </div>
      {state === 'shown' ? <textarea className="report" aria-label="Report" readOnly rows={12} value={text()} /> : null}
    </>
  );
}
