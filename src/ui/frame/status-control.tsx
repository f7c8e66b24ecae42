/**
 * The one place that always says how the notes stand: role `status`, words and a dot, and a press opens the sync panel.
 * Its words follow every change, too many to be read out: what is read out is StatusAnnouncer's.
 */

import {useState} from 'react';
import {Icon, type IconName} from '../parts/icon.tsx';
import {useNow} from '../use-now.ts';
import {useCalmStatus} from '../use-status.tsx';
import {StatusAnnouncer} from './status-announcer.tsx';
import {type StatusTone, statusWords} from './status-words.ts';
import {SyncPanel} from './sync-panel.tsx';

const ICON_BY_TONE: Record<StatusTone, IconName | null> = {
  good: null,
  busy: null,
  calm: null,
  warn: 'alert',
  bad: 'alert',
};

export function StatusControl() {
  const status = useCalmStatus();
  const nowMs = useNow(30_000);
  const [isOpen, setOpen] = useState(false);
  const words = statusWords(status, nowMs);
  const icon = ICON_BY_TONE[words.tone];
  return (
    <>
      <output className="status" aria-live="off">
        <button
          type="button"
          className={`status-button status-${words.tone}`}
          aria-haspopup="dialog"
          title="Open the sync panel"
          onClick={() => setOpen(true)}
        >
          {icon === null ? <span className="status-dot" /> : <Icon name={icon} />}
          <span className="status-state">{words.state}</span>
          {words.detail === '' ? null : <span className="status-detail numbers"> {words.detail}</span>}
        </button>
      </output>
      <StatusAnnouncer status={status} />
      {isOpen ? <SyncPanel status={status} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
