/** What a tag, a relation or an attachment is, in plain words. */

import {useMemo} from 'react';
import type {ConflictContent} from '../../db/repositories.ts';
import {useApp} from '../app-context.ts';
import {shownTitle} from '../notebook/tree/tree-row.tsx';
import {useLive} from '../use-live.ts';

type Owned = ConflictContent & {readonly kind: 'attribute' | 'attachment'};

export function OwnedFacts({content}: {readonly content: Owned}) {
  if (content.kind === 'attachment') {
    return (
      <p>
        {shownTitle(content.title)}
        <span className="quiet"> · {content.mime === '' ? content.role : content.mime}</span>
        {content.blob === undefined ? null : <span className="quiet"> · file {content.blob.slice(0, 8)}</span>}
      </p>
    );
  }
  const inherited = content.inheritable ? <span className="quiet"> · also for the notes below</span> : null;
  return content.type === 'label' ? (
    <p>
      #{content.name}
      {content.value === '' ? null : ` = ${content.value}`}
      {inherited}
    </p>
  ) : (
    <p>
      ~{content.name} → <NoteName id={content.value} />
      {inherited}
    </p>
  );
}

function NoteName({id}: {readonly id: string}) {
  const {notebook} = useApp();
  const note = useLive(useMemo(() => notebook.watchNote(id), [notebook, id]));
  return <>{note == null ? 'a note that isn’t here' : shownTitle(note.title)}</>;
}
