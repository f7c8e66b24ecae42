/** What a round needs beside the replica, in the page and in the service worker alike: the server, and what notes are. */

import type {ReplicaPorts} from './browser-replica.ts';
import {mergeBody, mergeData} from './notes/merge.ts';
import {noteOf} from './notes/note-of.ts';
import {createFetchCalls} from './platform/fetch-calls.ts';
import {createHashAll} from './platform/hash-all.ts';
import type {RoundPorts} from './sync/round-ports.ts';

export function withRounds(ports: ReplicaPorts): ReplicaPorts & RoundPorts {
  const transport = createFetchCalls({time: ports.time, connectivity: {isOnline: () => navigator.onLine}});
  return {...ports, transport, merging: {mergeData, mergeBody}, noteOf, hashAll: createHashAll()};
}
