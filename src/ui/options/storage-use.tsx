/** Room used and room allowed, as far as the browser tells: some have no `navigator.storage` at all. */

import {useEffect, useState} from 'react';
import {formatBytes} from '../formats.ts';

interface Use {
  readonly usage: number | undefined;
  readonly quota: number | undefined;
  readonly persisted: boolean | undefined;
}

export function StorageUse() {
  const [use, setUse] = useState<Use | null | undefined>(undefined);
  useEffect(() => {
    let isWanted = true;
    void readUse().then((read) => {
      if (isWanted) setUse(read);
    });
    return () => {
      isWanted = false;
    };
  }, []);
  if (use === undefined) return null;
  if (use === null) return <p>This browser doesn’t tell how much room there is.</p>;
  return (
    <dl className="facts">
      <dt>Used</dt>
      <dd className="numbers">{use.usage === undefined ? 'Not told by the browser' : formatBytes(use.usage)}</dd>
      <dt>Allowed</dt>
      <dd className="numbers">{use.quota === undefined ? 'Not told by the browser' : formatBytes(use.quota)}</dd>
      <dt>Kept</dt>
      <dd>
        {use.persisted
          ? 'The browser keeps the notes until you remove them.'
          : 'The browser may remove the notes when the device runs out of room.'}
      </dd>
    </dl>
  );
}

async function readUse(): Promise<Use | null> {
  const storage: StorageManager | undefined = navigator.storage;
  if (storage === undefined) return null;
  try {
    const {usage, quota} = await storage.estimate();
    return {usage, quota, persisted: await storage.persisted()};
  } catch {
    return null;
  }
}
