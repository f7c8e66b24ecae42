/** One conflict: which note, what happened, both versions with device and time, and what can be decided. */

import {useEffect, useMemo, useRef} from 'react';
import {Link} from 'wouter';
import type {ConflictChoice, ConflictHead, ConflictSide, ConflictView, Settled} from '../../db/repositories.ts';
import {useApp} from '../app-context.ts';
import {formatTime} from '../formats.ts';
import {shownTitle} from '../notebook/tree/tree-row.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {useAction} from '../parts/use-action.ts';
import {useLive} from '../use-live.ts';
import {useNow} from '../use-now.ts';
import {useStatus} from '../use-status.tsx';
import {type Choice, choicesOf} from './choices.ts';
import {nounOf, SETTLED_ELSEWHERE, settledWords, sideNames, type Told, whatHappened} from './conflict-words.ts';
import {Versions} from './versions.tsx';

interface ConflictCardProps {
  readonly head: ConflictHead;
  /** The address asks for this one. */
  readonly isWanted: boolean;
  readonly onSettled: (told: Told) => void;
}

export function ConflictCard({head, isWanted, onSettled}: ConflictCardProps) {
  const {notebook} = useApp();
  const conflict = useLive(useMemo(() => notebook.watchConflict(head.id), [notebook, head.id]));
  const ref = useRef<HTMLElement>(null);
  const isHere = conflict != null;
  useEffect(() => {
    if (isWanted && isHere) ref.current?.scrollIntoView({block: 'start'});
  }, [isWanted, isHere]);
  const headingId = `conflict-${head.id}`;
  return (
    <article ref={ref} className="conflict" aria-labelledby={headingId} aria-busy={!isHere}>
      <h2 id={headingId}>
        <ConflictTitle head={head} />
      </h2>
      {isHere ? <Decision conflict={conflict} onSettled={onSettled} /> : null}
    </article>
  );
}

function ConflictTitle({head}: {readonly head: ConflictHead}) {
  const {noteId, title, ofKind} = head;
  const words = shownTitle(title);
  return (
    <>
      {noteId === null ? words : <Link href={`/n/${noteId}`}>{words}</Link>}
      {ofKind === 'note' ? null : <span className="conflict-kind">{nounOf(head)}</span>}
    </>
  );
}

interface DecisionProps {
  readonly conflict: ConflictView;
  readonly onSettled: (told: Told) => void;
}

function Decision({conflict, onSettled}: DecisionProps) {
  const {notebook} = useApp();
  const {arriving} = useStatus();
  const action = useAction();
  const title = shownTitle(conflict.title);
  const end = (settled: Settled, did: ConflictChoice | 'taken') => onSettled(toldOf(conflict, settled, did, title));
  const decide = ({choice}: Choice) =>
    void action.run(async () => end(await notebook.settleConflict(conflict, choice), choice));
  const take = (edit: {readonly title?: string; readonly text?: string}) =>
    void action.run(async () => {
      const settled = await notebook.takeFromOther(conflict, edit);
      if (settled !== null) end(settled, 'taken');
    });
  return (
    <>
      <p className="conflict-words">{whatHappened(conflict)}</p>
      <Sides conflict={conflict} />
      <Versions conflict={conflict} busy={action.busy} onTake={take} />
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      {arriving ? (
        <p className="quiet">
          This can be decided when all titles of the notebook are here: sync is still bringing them.
        </p>
      ) : (
        <div className="conflict-choices">
          {choicesOf(conflict).map((choice) => (
            <Button key={choice.choice} busy={action.busy} onClick={() => decide(choice)}>
              {choice.words}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

/** Who wrote which, and when. */
function Sides({conflict}: {readonly conflict: ConflictView}) {
  const names = sideNames(conflict);
  return (
    <dl className="conflict-sides">
      <Side name={names[0]} side={conflict.current} />
      <Side name={names[1]} side={conflict.other} />
    </dl>
  );
}

function Side({name, side}: {readonly name: string; readonly side: ConflictSide | null}) {
  const nowMs = useNow(60_000);
  if (side === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd className="numbers">
        {side.deviceName}, {formatTime(side.atMs, nowMs)}
      </dd>
    </div>
  );
}

function toldOf({noteId}: ConflictView, settled: Settled, did: ConflictChoice | 'taken', title: string): Told {
  if (settled.outcome === 'elsewhere') return {title: 'Nothing was changed here', words: SETTLED_ELSEWHERE};
  const words = settledWords(did, title);
  const opened = settled.copyId ?? noteId;
  if (opened === null || did === 'deleted') return {title: 'Decided', words};
  return {title: 'Decided', words, link: {noteId: opened, words: did === 'both' ? 'Open the other' : 'Open the note'}};
}
