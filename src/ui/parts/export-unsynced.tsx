/** "Export unsynced changes": a file of everything that the server doesn't have, for when nothing else helps. */

import {useState} from 'react';
import {makeUnsyncedFile} from '../../transfer/unsynced-file.ts'; // not loaded when needed: the server may be gone by then
import {useApp} from '../app-context.ts';
import {formatCount} from '../formats.ts';
import {useStatus} from '../use-status.tsx';
import {errorWords} from '../words.ts';
import {Button} from './button.tsx';
import {download} from './download.ts';
import {ErrorBanner} from './error-banner.tsx';
import {useAction} from './use-action.ts';

export function ExportUnsynced() {
  const {notebook, version} = useApp();
  const {replica, waiting} = useStatus();
  const action = useAction();
  const [told, setTold] = useState('');
  const save = () =>
    action.run(async () => {
      setTold('');
      const {name, blob, count} = await makeUnsyncedFile({
        pieces: notebook.readUnsynced(),
        app: version,
        device: replica?.deviceName ?? '',
        server: replica?.server ?? null,
        nowMs: Date.now(),
        refusalWords: (error) => errorWords(error).what,
      });
      download(name, blob);
      setTold(`${formatCount(count, 'change')} in ${name}.`);
    });
  return (
    <div className="panel-part">
      <div className="actions">
        <Button icon="download" busy={action.busy} disabled={waiting === 0} onClick={save}>
          Export unsynced changes
        </Button>
        <span className="quiet small" aria-live="polite">
          {told}
        </span>
      </div>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
    </div>
  );
}
