/** The title of a note, as long as it may be; Enter goes on to the text. */

import {useEffect, useRef} from 'react';

interface NoteTitleProps {
  readonly title: string;
  /** A note just made: its title is what comes next. */
  readonly isNew: boolean;
  readonly onType: (title: string) => void;
  readonly onBlur: () => void;
  readonly onEnter: () => void;
}

export function NoteTitle({title, isNew, onType, onBlur, onEnter}: NoteTitleProps) {
  const ref = useRef<HTMLTextAreaElement>(null);
  const wasNew = useRef(isNew);
  useEffect(() => {
    if (wasNew.current) ref.current?.select();
  }, []);
  return (
    <textarea
      ref={ref}
      className="note-title"
      aria-label="Title"
      placeholder="Untitled"
      rows={1}
      value={title}
      onChange={(event) => onType(event.target.value.replace(/[\r\n]+/g, ' '))}
      onBlur={onBlur}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
        event.preventDefault();
        onEnter();
      }}
    />
  );
}
