/** Options → Data: what this notebook takes up here, and how notes of another program come in. */

import {ImportNotes} from './import-notes.tsx';
import {OptionsPage} from './options-page.tsx';
import {StorageUse} from './storage-use.tsx';

export function DataOptions() {
  return (
    <OptionsPage title="Options">
      <section className="page-part" aria-labelledby="import">
        <h2 id="import">Bring notes in</h2>
        <ImportNotes />
      </section>
      <section className="page-part" aria-labelledby="storage">
        <h2 id="storage">Storage on this device</h2>
        <StorageUse />
      </section>
    </OptionsPage>
  );
}
