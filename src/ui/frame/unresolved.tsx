/** "Could not be repaired": what neither this device nor the server has whole, and what a person can do about each. */

import {useMemo, useState} from 'react';
import {Link} from 'wouter';
import type {UnresolvedEntity} from '../../db/repositories.ts';
import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {Dialog} from '../parts/dialog.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {useAction} from '../parts/use-action.ts';
import {useLive} from '../use-live.ts';
import {kindWords} from './change-words.ts';

/** Nothing while everything is whole. */
export function Unresolved({onLeave}: {readonly onLeave?: () => void}) {
  const {notebook} = useApp();
  const entities = useLive(useMemo(() => notebook.watchUnresolved(), [notebook]));
  if (entities === undefined || entities.length === 0) return null;
  return (
    <section className="panel-part" aria-labelledby="unresolved-heading">
      <h3 id="unresolved-heading">Could not be repaired</h3>
      <p>
        Neither this device nor the server has these whole. Another device may: press “Verify everything” there first,
        then here. A backup of the server may have them, too.
      </p>
      <ul className="outbox">
        {entities.map((entity) => (
          <Item key={`${entity.kind}/${entity.id}`} entity={entity} onLeave={onLeave} />
        ))}
      </ul>
    </section>
  );
}

function Item({entity, onLeave}: {readonly entity: UnresolvedEntity; readonly onLeave: (() => void) | undefined}) {
  const {noteId, where} = entity;
  const title = shownTitle(entity);
  return (
    <li>
      {noteId === null ? (
        <span className="outbox-title">{title}</span>
      ) : (
        <Link className="outbox-title" href={`/n/${noteId}`} onClick={onLeave}>
          {title}
        </Link>
      )}
      <span className="quiet small">
        {kindWords(entity.kind)} · {FAULTS[where]}
      </span>
      {where === 'server' ? <DamagedThere entity={entity} /> : <DamagedHere entity={entity} title={title} />}
    </li>
  );
}

const FAULTS: Readonly<Record<UnresolvedEntity['where'], string>> = {
  device: 'what this device has does not fit its hash',
  server: 'what the server has does not fit its hash, and this device does not have it',
  refused: 'what this device has is whole, but the server refuses it',
  nowhere: 'its text is neither on this device nor on the server',
};

function DamagedHere({entity, title}: {readonly entity: UnresolvedEntity; readonly title: string}) {
  const {control} = useApp();
  const [isAsking, setAsking] = useState(false);
  const action = useAction();
  return (
    <>
      <div className="actions">
        <Button busy={action.busy} onClick={() => action.run(() => control.resolve(entity, 'keep'))}>
          Keep this device’s version
        </Button>
        <Button look="quiet" onClick={() => setAsking(true)}>
          Remove it
        </Button>
      </div>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      {isAsking ? (
        <RemoveDialog
          title={title}
          onRemove={() => control.resolve(entity, 'remove')}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}

function DamagedThere({entity}: {readonly entity: UnresolvedEntity}) {
  const {control} = useApp();
  const action = useAction();
  return (
    <>
      <div className="actions">
        <Button look="quiet" busy={action.busy} onClick={() => action.run(() => control.resolve(entity, 'remove'))}>
          Leave it
        </Button>
      </div>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
    </>
  );
}

interface RemoveDialogProps {
  readonly title: string;
  readonly onRemove: () => Promise<void>;
  readonly onClose: () => void;
}

function RemoveDialog({title, onRemove, onClose}: RemoveDialogProps) {
  const action = useAction();
  const remove = () =>
    action.run(async () => {
      await onRemove();
      onClose();
    });
  return (
    <Dialog title="Remove it?" onClose={onClose}>
      <div className="dialog-flow">
        <p>
          What this device has of “{title}” goes. The server doesn’t have it whole either: it comes back only if another
          device has it.
        </p>
        {action.error === null ? null : <ErrorBanner error={action.error} />}
        <div className="dialog-buttons">
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button look="danger" busy={action.busy} onClick={remove}>
            Remove
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function shownTitle({title, noteId}: UnresolvedEntity): string {
  if (title !== '') return title;
  return noteId === null ? 'Not on this device' : 'Untitled';
}
