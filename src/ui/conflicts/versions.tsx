/** Both versions of a conflict: the difference of two notes, or what a tag or attachment was on each side. */

import type {ConflictContent, ConflictSide, ConflictView} from '../../db/repositories.ts';
import {type ComparedText, compareTexts, passageFormat} from '../difference/compare.ts';
import {Passage} from '../difference/passage.tsx';
import {Changed, SideBySide} from '../difference/side-by-side.tsx';
import {AbsentText} from '../notebook/note/absent-text.tsx';
import {shownTitle} from '../notebook/tree/tree-row.tsx';
import {questionOf, sideNames} from './conflict-words.ts';
import {OwnedFacts} from './owned-facts.tsx';

type NoteContent = ConflictContent & {readonly kind: 'note'};

interface VersionsProps {
  readonly conflict: ConflictView;
  readonly busy: boolean;
  readonly onTake: (edit: {readonly title?: string; readonly text?: string}) => void;
}

export function Versions({conflict, busy, onTake}: VersionsProps) {
  const {current, other} = conflict;
  const names = sideNames(conflict);
  if (current?.content.kind !== 'note' || other.content.kind !== 'note') {
    return (
      <Changed label="Difference" names={names}>
        <Content side={current} />
        <Content side={other} />
      </Changed>
    );
  }
  const take = questionOf(conflict) === 'versions' ? onTake : undefined;
  const sides = {before: current.content, after: other.content, names, busy};
  return (
    <>
      <Titles {...sides} onTake={take && ((title) => take({title}))} />
      <Texts {...sides} current={current} other={other} onTake={take && ((text) => take({text}))} />
    </>
  );
}

interface PairProps {
  readonly before: NoteContent;
  readonly after: NoteContent;
  readonly names: readonly [string, string];
  readonly busy: boolean;
  readonly onTake: ((value: string) => void) | undefined;
}

function Titles({before, after, names, busy, onTake}: PairProps) {
  if (before.title === after.title) return null;
  return (
    <Changed label="Title" names={names} busy={busy} onTake={onTake && (() => onTake(after.title))}>
      <p className="conflict-title">{shownTitle(before.title)}</p>
      <p className="conflict-title">{shownTitle(after.title)}</p>
    </Changed>
  );
}

interface TextsProps extends PairProps {
  readonly current: ConflictSide;
  readonly other: ConflictSide;
}

function Texts({before, after, current, other, ...props}: TextsProps) {
  const compared = isReadable(before) && isReadable(after) ? compareTexts(before, after) : null;
  if (compared?.type === 'blocks') {
    if (compared.changes.length === 0) return <p className="quiet">Both have no text.</p>;
    if (compared.changes.every(({type}) => type === 'same'))
      return <p className="quiet">The text is the same in both.</p>;
    return <SideBySide comparison={compared} {...props} />;
  }
  return (
    <Changed label="Difference" names={props.names}>
      <Content side={current} />
      <Content side={other} />
    </Changed>
  );
}

function isReadable(content: NoteContent): content is NoteContent & ComparedText {
  return content.text !== null;
}

function Content({side}: {readonly side: ConflictSide | null}) {
  const content: ConflictContent = side?.content ?? {kind: 'nothing'};
  switch (content.kind) {
    case 'note':
      if (side !== null && content.text === null && !content.undecodable) return <AbsentText of={side.ref} />;
      if (content.text === null) return <p className="quiet">This text isn’t readable as text.</p>;
      if (content.text === '') return <p className="quiet">No text.</p>;
      return <Passage show={passageFormat(content.type)} blocks={[content.text]} />;
    case 'attribute':
    case 'attachment':
      return <OwnedFacts content={content} />;
    case 'nothing':
      return <p className="quiet">Nothing is left of it.</p>;
  }
}
