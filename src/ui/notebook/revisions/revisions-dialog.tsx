/** Older versions of a note: when, by which device and why each was kept; each to be read beside the current text. */

import './revisions.css';
import {useMemo, useState} from 'react';
import type {RevisionView} from '../../../db/repositories.ts';
import {useApp} from '../../app-context.ts';
import {formatTime} from '../../formats.ts';
import {Button} from '../../parts/button.tsx';
import {Dialog} from '../../parts/dialog.tsx';
import {ErrorBanner} from '../../parts/error-banner.tsx';
import {useAction} from '../../parts/use-action.ts';
import {useLive} from '../../use-live.ts';
import {useNow} from '../../use-now.ts';
import {ChosenVersion} from './chosen-version.tsx';
import {reasonWords} from './revision-words.ts';
import type {ShownVersion} from './version-text.tsx';

interface RevisionsDialogProps {
  readonly noteId: string;
  /** What the revisions are compared with. */
  readonly current: ShownVersion;
  readonly onClose: () => void;
}

export function RevisionsDialog({noteId, current, onClose}: RevisionsDialogProps) {
  const {notebook} = useApp();
  const revisions = useLive(useMemo(() => notebook.watchRevisions(noteId), [notebook, noteId]));
  const [chosenId, setChosenId] = useState<string | null>(null);
  const action = useAction();
  const shown = useMemo(() => newestFirst(revisions ?? []), [revisions]);
  const chosen = shown.find(({id}) => id === chosenId) ?? null;
  const restore = (id: string) =>
    void action.run(async () => {
      await notebook.restoreRevision(id);
      onClose();
    });
  return (
    <Dialog title="Revisions" place="side" onClose={onClose}>
      <div className="revisions" data-chosen={chosen === null ? undefined : true}>
        <div className="revision-side">
          <Button icon="plus" busy={action.busy} onClick={() => void action.run(() => notebook.saveRevision(noteId))}>
            Save revision
          </Button>
          {action.error === null ? null : <ErrorBanner error={action.error} />}
          {revisions !== undefined && shown.length === 0 ? (
            <p className="quiet">
              No older versions yet. One is kept when you save it here, every ten minutes of editing, and whenever two
              devices change the same text.
            </p>
          ) : null}
          <RevisionList revisions={shown} chosenId={chosenId} onChoose={setChosenId} />
        </div>
        {chosen === null ? null : (
          <ChosenVersion
            key={chosen.id}
            noteId={noteId}
            revision={chosen}
            current={current}
            busy={action.busy}
            onRestore={() => restore(chosen.id)}
          />
        )}
      </div>
    </Dialog>
  );
}

interface RevisionListProps {
  readonly revisions: readonly RevisionView[];
  readonly chosenId: string | null;
  readonly onChoose: (id: string) => void;
}

function RevisionList({revisions, chosenId, onChoose}: RevisionListProps) {
  const nowMs = useNow(60_000);
  return (
    <ul className="revision-list" aria-label="Older versions">
      {revisions.map((revision) => (
        <li key={revision.id}>
          <button type="button" aria-pressed={revision.id === chosenId} onClick={() => onChoose(revision.id)}>
            <span className="revision-when">
              {formatTime(revision.atMs, nowMs)} · {revision.deviceName}
            </span>
            <span className="revision-why">{reasonWords(revision)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function newestFirst(revisions: readonly RevisionView[]): RevisionView[] {
  return [...revisions].sort((a, b) => b.atMs - a.atMs);
}
