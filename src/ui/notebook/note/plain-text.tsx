/** Code, diagrams and other plain text, in one field that changes no byte of it. */

import {useLayoutEffect, useRef} from 'react';

interface PlainTextProps {
  readonly text: string;
  /** Grows when the text was replaced by another device's. */
  readonly showing: number;
  /** Why it can't be edited; null when it can. */
  readonly readOnly: string | null;
  readonly onType: (text: string) => void;
  readonly onBlur: () => void;
}

export function PlainText({text, showing, readOnly, onType, onBlur}: PlainTextProps) {
  const ref = useRef<HTMLTextAreaElement>(null);
  const cursor = useRef(0);
  // The field puts its cursor at the end when its text is replaced.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per replacement.
  useLayoutEffect(() => {
    if (document.activeElement === ref.current) ref.current?.setSelectionRange(cursor.current, cursor.current);
  }, [showing]);
  return (
    <>
      {readOnly === null ? null : <p className="note-hint">{readOnly}</p>}
      <textarea
        ref={ref}
        className="plain-text"
        aria-label="Note text"
        spellCheck={false}
        readOnly={readOnly !== null}
        value={text}
        onChange={(event) => onType(event.target.value)}
        onSelect={(event) => {
          cursor.current = event.currentTarget.selectionStart;
        }}
        onBlur={onBlur}
      />
    </>
  );
}
