/**
 * Two versions of a text beside each other, one below the other on phones: what is the same once, what differs twice. With
 * `onTake` each difference can be taken over from the second into the first.
 */

import './difference.css';
import {type ReactNode, useState} from 'react';
import {formatCount} from '../formats.ts';
import {Button} from '../parts/button.tsx';
import {type Comparison, type PassageFormat, textWithTaken} from './compare.ts';
import {Passage} from './passage.tsx';

/** Blocks at each end of what is the same that stay in view. */
const KEPT_IN_VIEW = 1;

interface SideBySideProps {
  readonly comparison: Comparison & {readonly type: 'blocks'};
  /** What the two are called, in a word or two. */
  readonly names: readonly [before: string, after: string];
  readonly busy?: boolean;
  readonly onTake?: ((text: string) => void) | undefined;
}

export function SideBySide({comparison: {show, changes}, names, busy = false, onTake}: SideBySideProps) {
  const count = changes.filter(({type}) => type === 'changed').length;
  let number = 0;
  return (
    <div className="difference">
      {changes.map((change, index) => {
        const key = `${index}/${change.type}`;
        if (change.type === 'same') return <Same key={key} show={show} blocks={change.blocks} />;
        number += 1;
        const take = onTake && (() => onTake(textWithTaken(changes, index)));
        return (
          <Changed key={key} label={`Difference ${number} of ${count}`} names={names} busy={busy} onTake={take}>
            <Blocks show={show} blocks={change.before} against={change.after} />
            <Blocks show={show} blocks={change.after} against={change.before} />
          </Changed>
        );
      })}
    </div>
  );
}

interface ChangedProps {
  readonly label: string;
  readonly names: readonly [before: string, after: string];
  readonly busy?: boolean;
  readonly onTake?: (() => void) | undefined;
  /** The two sides. */
  readonly children: readonly [before: ReactNode, after: ReactNode];
}

/** One difference. Also for what is no text, as titles. */
export function Changed({label, names, busy = false, onTake, children: [before, after]}: ChangedProps) {
  return (
    <section className="difference-change" aria-label={label}>
      <div className="difference-side">
        <p className="difference-name">{names[0]}</p>
        {before}
      </div>
      <div className="difference-side difference-after">
        <p className="difference-name">{names[1]}</p>
        {after}
        {onTake === undefined ? null : (
          <Button className="difference-take" busy={busy} onClick={onTake}>
            Take
          </Button>
        )}
      </div>
    </section>
  );
}

interface BlocksProps {
  readonly show: PassageFormat;
  readonly blocks: readonly string[];
  readonly against: readonly string[];
}

function Blocks(props: BlocksProps) {
  return props.blocks.length === 0 ? <p className="quiet">Not in this version.</p> : <Passage {...props} />;
}

/** Long stretches are folded, so that what differs is seen. */
function Same({show, blocks}: {readonly show: PassageFormat; readonly blocks: readonly string[]}) {
  const [isOpen, setOpen] = useState(false);
  const hidden = blocks.length - 2 * KEPT_IN_VIEW;
  if (isOpen || hidden < 2) {
    return (
      <div className="difference-same">
        <Passage show={show} blocks={blocks} />
      </div>
    );
  }
  return (
    <div className="difference-same">
      <Passage show={show} blocks={blocks.slice(0, KEPT_IN_VIEW)} />
      <Button look="quiet" icon="more" onClick={() => setOpen(true)}>
        {`Show ${formatCount(hidden, show === 'html' ? 'passage' : 'line')} that are the same`}
      </Button>
      <Passage show={show} blocks={blocks.slice(-KEPT_IN_VIEW)} />
    </div>
  );
}
