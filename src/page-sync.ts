/** Sync in the page: a chunk of its own, as notes are shown and written without it. */

import {derivedId} from '../protocol/ids.ts';
import type {ReplicaPorts} from './browser-replica.ts';
import {withRounds} from './browser-rounds.ts';
import {fateInAccount} from './notes/joining.ts';
import {deviceNameKey, writeData} from './notes/note-data.ts';
import {welcomeChanges} from './notes/welcome.ts';
import {createFetchProbe} from './platform/fetch-probe.ts';
import {createFetchTransport} from './platform/fetch-transport.ts';
import type {SyncControl} from './sync/api.ts';
import type {NotebookRules} from './sync/connect.ts';
import {createSyncControl} from './sync/control.ts';
import {readyBy} from './sync/join.ts';
import type {Background, Connectivity} from './sync/ports.ts';

const rules: NotebookRules = {
  welcome: welcomeChanges,
  nameDevice(replica, name) {
    const key = deviceNameKey(replica);
    return {type: 'create', kind: 'option', id: derivedId('option', key), data: writeData({key, value: name})};
  },
};

export interface PageSyncPorts extends ReplicaPorts {
  readonly connectivity: Connectivity;
  readonly background: Background;
}

export function createPageSync(ports: PageSyncPorts): SyncControl {
  const {time, connectivity, background} = ports;
  const transport = createFetchTransport({time, connectivity});
  const probe = createFetchProbe(document.baseURI, {time, connectivity});
  return createSyncControl({
    ...withRounds(ports),
    makeReady: readyBy(fateInAccount),
    transport,
    probe,
    connectivity,
    background,
    rules,
  });
}
