/**
 * A modal dialog on the browser's own <dialog>: focus stays inside and goes back to where it was. Escape, Back, a press
 * beside it and its "Close" all call `onClose`; it is open as long as it is rendered. `side` is a drawer at the right
 * (the whole screen on a phone), `left` a drawer at the left, `centre` a card. What has `data-autofocus` has the focus first, else
 * "Close": React's own `autoFocus` comes before the dialog is open, and is lost.
 */

import {type ReactNode, useId, useLayoutEffect, useRef} from 'react';
import {IconButton} from './button.tsx';
import {useBackCloses} from './use-back-closes.ts';

interface DialogProps {
  readonly title: string;
  readonly place?: 'centre' | 'side' | 'left';
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({title, place = 'centre', onClose, children}: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const headingId = useId();
  useBackCloses(onClose);
  // Before the element goes: a dialog that is closed after that can't give the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press beside the dialog; the key for it is Escape.
    <dialog
      ref={ref}
      className={`dialog dialog-${place}`}
      aria-labelledby={headingId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="dialog-box">
        <div className="dialog-head">
          <h2 id={headingId}>{title}</h2>
          <IconButton icon="cross" label="Close" onClick={onClose} />
        </div>
        <div className="dialog-body">{children}</div>
      </div>
    </dialog>
  );
}
