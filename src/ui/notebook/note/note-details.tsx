/** Facts about a note: when, how long, where, its labels and relations. To read, for now. */

import {type ReactNode, useMemo} from 'react';
import {Link} from 'wouter';
import type {AttributeView, NoteView} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import {useApp} from '../../app-context.ts';
import {formatClock, formatNumber} from '../../formats.ts';
import {Dialog} from '../../parts/dialog.tsx';
import {useLive} from '../../use-live.ts';
import {pathOf} from '../tree/place-targets.ts';
import {shownTitle} from '../tree/tree-row.tsx';
import {countWords} from './count-words.ts';

interface NoteDetailsProps {
  readonly view: NoteView;
  readonly text: string | null;
  readonly tree: Tree;
  readonly onClose: () => void;
}

export function NoteDetails({view, text, tree, onClose}: NoteDetailsProps) {
  const {notebook} = useApp();
  const attributes = useLive(useMemo(() => notebook.watchAttributes(view.id), [notebook, view.id])) ?? [];
  const words = useMemo(
    () => (text === null ? null : countWords(text, view.type === 'text' ? 'html' : 'plain')),
    [text, view.type],
  );
  const labels = attributes.filter(({type}) => type === 'label');
  const relations = attributes.filter(({type}) => type === 'relation');
  return (
    <Dialog title="Details" place="side" onClose={onClose}>
      <dl className="details">
        {words === null ? null : <Fact name="Words">{formatNumber(words)}</Fact>}
        {view.created === undefined ? null : <Fact name="Created">{formatClock(view.created)}</Fact>}
        <Fact name="Modified">{formatClock(view.modifiedMs)}</Fact>
        <Fact name="Type">{view.mime === '' ? view.type : `${view.type}, ${view.mime}`}</Fact>
        <Fact name="Place">{placeWords(tree, view.id)}</Fact>
        {labels.length === 0 ? null : (
          <Fact name="Labels">
            {labels.map((label) => (
              <Label key={label.id} label={label} />
            ))}
          </Fact>
        )}
        {relations.length === 0 ? null : (
          <Fact name="Relations">
            {relations.map((relation) => (
              <Relation key={relation.id} relation={relation} tree={tree} />
            ))}
          </Fact>
        )}
      </dl>
    </Dialog>
  );
}

function placeWords(tree: Tree, noteId: string): string {
  if (tree.arriving && !tree.isPlaced(noteId)) return 'Not here yet';
  return pathOf(tree, noteId) || 'Top level';
}

function Fact({name, children}: {readonly name: string; readonly children: ReactNode}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Label({label: {name, value}}: {readonly label: AttributeView}) {
  return (
    <span className="attribute">
      #{name}
      {value === '' ? '' : ` = ${value}`}
    </span>
  );
}

function Relation({relation: {name, value}, tree}: {readonly relation: AttributeView; readonly tree: Tree}) {
  const title = tree.title(value);
  const absent = tree.arriving ? 'a note that isn’t here yet' : 'a note that isn’t here';
  return (
    <span className="attribute">
      ~{name} → {title === undefined ? absent : <Link href={`/n/${value}`}>{shownTitle(title)}</Link>}
    </span>
  );
}
