/**
 * "Conflicts": what two devices changed at once and nobody has decided yet, newest first. `?note=` in the address scrolls to
 * the conflicts of one note, where its pane leads here.
 */

import './conflicts.css';
import {useEffect, useMemo, useRef, useState} from 'react';
import {Link, useSearch} from 'wouter';
import type {ConflictHead} from '../../db/repositories.ts';
import {useApp} from '../app-context.ts';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {Page} from '../parts/page.tsx';
import {useLive} from '../use-live.ts';
import {ConflictCard} from './conflict-card.tsx';
import {SETTLED_ELSEWHERE, type Told} from './conflict-words.ts';

/** Each shows two texts: more come by hand. */
const SHOWN_AT_ONCE = 10;

export function ConflictsScreen() {
  const {notebook} = useApp();
  const conflicts = useLive(useMemo(() => notebook.watchAllConflicts(), [notebook]));
  const [told, setTold] = useState<Told | null>(null);
  return (
    <Page title="Conflicts" width="wide">
      {told === null ? null : <Outcome key={told.words} told={told} />}
      {conflicts === undefined ? null : conflicts.length === 0 ? (
        <NoConflicts />
      ) : (
        <ConflictList conflicts={conflicts} onSettled={setTold} />
      )}
    </Page>
  );
}

function NoConflicts() {
  return (
    <p className="lead">
      Nothing to decide. When two devices change the same words of a note, both versions are kept, and shown here until
      you choose.
    </p>
  );
}

interface ConflictListProps {
  readonly conflicts: readonly ConflictHead[];
  readonly onSettled: (told: Told) => void;
}

function ConflictList({conflicts, onSettled}: ConflictListProps) {
  const wanted = new URLSearchParams(useSearch()).get('note');
  const first = conflicts.findIndex(({noteId}) => noteId === wanted);
  const [limit, setLimit] = useState(SHOWN_AT_ONCE);
  const shown = conflicts.slice(0, Math.max(limit, first + 1));
  return (
    <>
      <p className="lead">
        Both versions of each are kept. Nothing is lost, whatever you choose: what goes stays in the note’s revisions.
      </p>
      {shown.map((conflict, index) => (
        <ConflictCard key={conflict.id} head={conflict} isWanted={index === first} onSettled={onSettled} />
      ))}
      {shown.length === conflicts.length ? null : (
        <Button onClick={() => setLimit(shown.length + SHOWN_AT_ONCE)}>Show more</Button>
      )}
    </>
  );
}

/** Focused, as the card that had the focus is gone. */
function Outcome({told: {title, words, link}}: {readonly told: Told}) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a named place for the focus; a fieldset is for input.
    <div ref={ref} tabIndex={-1} role="group" aria-label={title} className="conflict-outcome">
      <Banner
        tone={words === SETTLED_ELSEWHERE ? 'info' : 'good'}
        title={title}
        actions={
          link === undefined ? undefined : (
            <Link className="button button-normal" href={`/n/${link.noteId}`}>
              {link.words}
            </Link>
          )
        }
      >
        <p>{words}</p>
      </Banner>
    </div>
  );
}
