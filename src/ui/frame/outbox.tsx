/** What waits on this device, oldest first: which note, what kind of change, how long, how large, how often tried, why not. */

import {useMemo} from 'react';
import type {WaitingChange} from '../../db/repositories.ts';
import {useApp} from '../app-context.ts';
import {formatAge, formatBytes, formatCount} from '../formats.ts';
import {Icon} from '../parts/icon.tsx';
import {useLive} from '../use-live.ts';
import {useNow} from '../use-now.ts';
import {useStatus} from '../use-status.tsx';
import {errorWords} from '../words.ts';
import {changeWords, titleWords} from './change-words.ts';

/** A longer list tells nobody more, and thousands of rows would hold up the panel. */
const MAX_SHOWN = 100;

export function Outbox() {
  const {notebook} = useApp();
  const changes = useLive(useMemo(() => notebook.watchOutbox(), [notebook]));
  const {waiting} = useStatus();
  const nowMs = useNow(5000);
  const more = Math.max(waiting, changes?.length ?? 0) - MAX_SHOWN;
  return (
    <section className="panel-part" aria-labelledby="outbox-heading">
      <h3 id="outbox-heading">Waiting to be sent</h3>
      {changes === undefined ? null : changes.length === 0 ? (
        <p className="quiet">Nothing waits.</p>
      ) : (
        <>
          <ul className="outbox">
            {changes.slice(0, MAX_SHOWN).map((change) => (
              <OutboxItem key={`${change.kind}/${change.id}`} change={change} nowMs={nowMs} />
            ))}
          </ul>
          {more > 0 ? <p className="quiet">{`and ${formatCount(more, 'more change')}`}</p> : null}
        </>
      )}
    </section>
  );
}

function OutboxItem({change, nowMs}: {readonly change: WaitingChange; readonly nowMs: number}) {
  const facts = [
    changeWords(change),
    formatAge(change.queuedMs, nowMs),
    formatBytes(change.bytes),
    change.tries === 0 ? 'not tried yet' : formatCount(change.tries, 'try', 'tries'),
  ];
  return (
    <li>
      <span className="outbox-title">{titleWords(change)}</span>
      <span className="quiet small numbers">{facts.join(' · ')}</span>
      {change.error === null ? null : (
        <span className="outbox-error small">
          <Icon name="alert" />
          <span>{`${errorWords(change.error).what} ${errorWords(change.error).cure}`}</span>
        </span>
      )}
    </li>
  );
}
