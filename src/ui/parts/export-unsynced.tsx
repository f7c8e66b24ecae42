/** "Export unsynced changes": a file of everything that the server doesn't have, for when nothing else helps. */

import {makeUnsyncedFile} from '../../transfer/unsynced-file.ts'; // not loaded when needed: the server may be gone by then
import {useApp} from '../app-context.ts';
import {formatCount} from '../formats.ts';
import {useStatus} from '../use-status.tsx';
import {errorWords} from '../words.ts';
import {SaveFile} from './save-file.tsx';

export function ExportUnsynced() {
  const {notebook, version} = useApp();
  const {replica, waiting} = useStatus();
  const make = () =>
    makeUnsyncedFile({
      pieces: notebook.readUnsynced(),
      app: version,
      device: replica?.deviceName ?? '',
      server: replica?.server ?? null,
      nowMs: Date.now(),
      refusalWords: (error) => errorWords(error).what,
    });
  return (
    <div className="panel-part">
      <SaveFile disabled={waiting === 0} make={make} countWords={(count) => formatCount(count, 'change')}>
        Export unsynced changes
      </SaveFile>
    </div>
  );
}
