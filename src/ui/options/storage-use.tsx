/** Room used and room allowed, whether the browser keeps it, and what to do where it doesn't: as far as the browser tells. */

import {useCallback, useEffect, useState} from 'react';
import type {DeviceFacts} from '../../sync/probe.ts';
import {useApp} from '../app-context.ts';
import {formatBytes} from '../formats.ts';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {InsecureNote} from '../parts/insecure-note.tsx';
import {useAction} from '../parts/use-action.ts';

export function StorageUse() {
  const {control} = useApp();
  const [facts, setFacts] = useState<DeviceFacts | null>(null);
  const read = useCallback(async () => setFacts(await control.device()), [control]);
  useEffect(() => void read(), [read]);
  if (facts === null) return null;
  return (
    <>
      <InsecureNote />
      <OfflineStart facts={facts} />
      <Room facts={facts} />
      <Kept facts={facts} onChange={read} />
    </>
  );
}

function Room({facts: {usedBytes, allowedBytes, isNearlyFull}}: {readonly facts: DeviceFacts}) {
  if (usedBytes === null && allowedBytes === null) return <p>This browser doesn’t tell how much room there is.</p>;
  return (
    <>
      {isNearlyFull ? (
        <Banner tone="warn" title="There is little room left for notes.">
          <p>
            When it is full, what is written can’t be stored. Free some space on the device: browsers allow a part of
            what is free. In a private window the room is small, use an ordinary one.
          </p>
        </Banner>
      ) : null}
      <dl className="facts">
        <dt>Used</dt>
        <dd className="numbers">{usedBytes === null ? 'Not told by the browser' : formatBytes(usedBytes)}</dd>
        <dt>Allowed</dt>
        <dd className="numbers">{allowedBytes === null ? 'Not told by the browser' : formatBytes(allowedBytes)}</dd>
      </dl>
    </>
  );
}

interface KeptProps {
  readonly facts: DeviceFacts;
  readonly onChange: () => Promise<void>;
}

function Kept({facts: {isPersisted}, onChange}: KeptProps) {
  const {control} = useApp();
  const action = useAction();
  const [isRefused, setRefused] = useState(false);
  const keep = () =>
    action.run(async () => {
      setRefused(!(await control.keepData()));
      await onChange();
    });
  if (isPersisted === null) return <p>This browser doesn’t tell whether it keeps the notes for good.</p>;
  if (isPersisted) return <p>The browser keeps the notes until you remove them.</p>;
  return (
    <>
      <p>
        The browser may remove the notes when the device runs out of room, and some do when Aster isn’t opened for a
        week. What the server has comes back then; what waits here would be lost.
      </p>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      <div className="actions">
        <Button busy={action.busy} onClick={keep}>
          Keep offline data
        </Button>
        <span className="quiet" aria-live="polite">
          {isRefused ? 'The browser didn’t agree. It does for apps that are installed, or opened often.' : ''}
        </span>
      </div>
    </>
  );
}

function OfflineStart({facts: {offlineStart}}: {readonly facts: DeviceFacts}) {
  if (offlineStart !== 'none') return null;
  return (
    <Banner tone="warn" title="In this window Aster doesn’t start without a network.">
      <p>
        Notes are stored and synced as ever. Private windows and some settings of browsers refuse service workers, which
        keep the app itself: use an ordinary window, or allow them for this address.
      </p>
    </Banner>
  );
}
