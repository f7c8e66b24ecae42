/** One older version beside the current one: both whole, or what differs between them. */

import {useMemo, useState} from 'react';
import type {RevisionView} from '../../../db/repositories.ts';
import {type Comparison, compareTexts} from '../../difference/compare.ts';
import {Changed, SideBySide} from '../../difference/side-by-side.tsx';
import {Button} from '../../parts/button.tsx';
import {shownTitle} from '../tree/tree-row.tsx';
import {type ShownVersion, VersionText} from './version-text.tsx';

interface ChosenVersionProps {
  readonly noteId: string;
  readonly revision: RevisionView;
  readonly current: ShownVersion;
  readonly busy: boolean;
  readonly onRestore: () => void;
}

export function ChosenVersion({noteId, revision, current, busy, onRestore}: ChosenVersionProps) {
  const [view, setView] = useState<'whole' | 'difference'>('whole');
  const comparison = useMemo(() => compareVersions(current, revision), [current, revision]);
  const isCompared = view === 'difference' && comparison !== null;
  return (
    <div className="chosen-version">
      <div className="actions">
        <Button look="primary" icon="restore" busy={busy} onClick={onRestore}>
          Restore
        </Button>
        {comparison === null ? null : (
          <Button
            className="show-difference"
            aria-pressed={isCompared}
            onClick={() => setView(isCompared ? 'whole' : 'difference')}
          >
            Difference
          </Button>
        )}
        <p className="quiet small">The current text is kept as a revision when you restore this one.</p>
      </div>
      {isCompared ? (
        <Difference comparison={comparison} current={current} revision={revision} />
      ) : (
        <WholeTexts noteId={noteId} current={current} revision={revision} />
      )}
    </div>
  );
}

type Pair = Pick<ChosenVersionProps, 'current' | 'revision'>;
type Blocks = Comparison & {readonly type: 'blocks'};

const NAMES = ['Current', 'This version'] as const;

function Difference({comparison, current, revision}: Pair & {readonly comparison: Blocks}) {
  const isSame = comparison.changes.every(({type}) => type === 'same');
  return (
    <section className="version-difference" aria-label="Difference">
      {current.title === revision.title ? null : (
        <Changed label="Title" names={NAMES}>
          <p className="version-title">{shownTitle(current.title)}</p>
          <p className="version-title">{shownTitle(revision.title)}</p>
        </Changed>
      )}
      {isSame ? <p className="quiet">The text is the same.</p> : <SideBySide comparison={comparison} names={NAMES} />}
    </section>
  );
}

function WholeTexts({noteId, current, revision}: Pair & {readonly noteId: string}) {
  return (
    <div className="versions">
      <section aria-label="This version">
        <h3>This version</h3>
        <VersionText of={{kind: 'revision', id: revision.id}} version={revision} label="Text of this version" />
      </section>
      <section aria-label="Current version">
        <h3>Current</h3>
        <VersionText of={{kind: 'note', id: noteId}} version={current} label="Current text" />
      </section>
    </div>
  );
}

/** Null where one isn't here, or they can't be cut up. Which dialect of code it is makes no difference to its lines. */
function compareVersions(current: ShownVersion, revision: RevisionView): Blocks | null {
  if (current.text === null || revision.text === null) return null;
  const [before, after] = [
    {type: current.type, text: current.text, mime: ''},
    {type: revision.type, text: revision.text, mime: ''},
  ];
  const comparison = compareTexts(before, after);
  return comparison.type === 'blocks' ? comparison : null;
}
