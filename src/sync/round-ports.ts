/** What a round, and every step of it, works with. */

import type {Merging} from './conflict.ts';
import type {HashAll, Locks, NoteOf, ReadLifetimes, Store, Time, Transport} from './ports.ts';

export interface RoundPorts {
  readonly store: Store;
  readonly transport: Pick<Transport, 'call'>;
  readonly time: Time;
  readonly locks: Locks;
  readonly merging: Merging;
  readonly noteOf: NoteOf;
  readonly readLifetimes: ReadLifetimes;
  readonly hashAll: HashAll;
  /** Of a notebook that joins an account (join.ts). Where it isn't given, such a one is left to a process that has it. */
  readonly makeReady?: (ports: RoundPorts) => Promise<void>;
  /** A push has no more rows than this; where it isn't given, as many as serve best. */
  readonly batchRows?: number;
}
