/** Options → Data: what this notebook takes up here, and how notes of another program come in. */

import {formatCount} from '../formats.ts';
import {ExportUnsynced} from '../parts/export-unsynced.tsx';
import {useStatus} from '../use-status.tsx';
import {ImportNotes} from './import-notes.tsx';
import {Lifetimes} from './lifetimes.tsx';
import {OptionsPage} from './options-page.tsx';
import {StorageUse} from './storage-use.tsx';

export function DataOptions() {
  const {arriving} = useStatus();
  return (
    <OptionsPage title="Options">
      <section className="page-part" aria-labelledby="import">
        <h2 id="import">Bring notes in</h2>
        {arriving ? <Early what="Notes can be imported" /> : <ImportNotes />}
      </section>
      <section className="page-part" aria-labelledby="unsynced">
        <h2 id="unsynced">Changes that wait here</h2>
        <UnsyncedChanges />
      </section>
      <section className="page-part" aria-labelledby="lifetimes">
        <h2 id="lifetimes">Revision and deletion times</h2>
        <p>These hold for all devices of this notebook.</p>
        {arriving ? <Early what="They can be seen and changed" /> : <Lifetimes />}
      </section>
      <section className="page-part" aria-labelledby="storage">
        <h2 id="storage">Storage on this device</h2>
        <StorageUse />
      </section>
    </OptionsPage>
  );
}

/** What compares with all that the notebook has. */
function Early({what}: {readonly what: string}) {
  return (
    <p className="quiet">{what} when all titles of this notebook are on this device: sync is still bringing them.</p>
  );
}

function UnsyncedChanges() {
  const {waiting} = useStatus();
  return (
    <>
      <p>
        {waiting === 0
          ? 'The server has everything that is on this device.'
          : `${formatCount(waiting, 'change')} on this device ${waiting === 1 ? 'isn’t' : 'aren’t'} on a server yet. Sync sends what waits; where it can’t, this saves it as a file that people and programs can read.`}
      </p>
      <ExportUnsynced />
    </>
  );
}
