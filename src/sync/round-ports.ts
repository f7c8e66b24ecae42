/** What a round, and every step of it, works with. */

import type {Merging} from './conflict.ts';
import type {FateInAccount, HashAll, Locks, NoteOf, ReadLifetimes, Store, Time, Transport} from './ports.ts';

export interface RoundPorts {
  readonly store: Store;
  readonly transport: Pick<Transport, 'call'>;
  readonly time: Time;
  readonly locks: Locks;
  readonly merging: Merging;
  readonly noteOf: NoteOf;
  readonly fateInAccount: FateInAccount;
  readonly readLifetimes: ReadLifetimes;
  readonly hashAll: HashAll;
  /** A push has no more rows than this; where it isn't given, as many as serve best. */
  readonly batchRows?: number;
}
