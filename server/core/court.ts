/** What judging one entity works with: the push's transaction, and what was pushed. */

import type {Stamp} from '../../protocol/stamp.ts';
import type {Received} from '../../protocol/wire.ts';
import type {StorageWrites} from '../storage/port.ts';
import type {Commit} from './commit.ts';
import type {Log} from './ports.ts';
import type {Supply} from './supply.ts';

export interface Pushed {
  readonly version: Received;
  readonly base: Stamp | null;
  readonly sent: readonly Stamp[];
}

export interface Court extends Supply {
  readonly tx: StorageWrites;
  readonly accountId: string;
  readonly commit: Commit;
  readonly nowMs: number;
  readonly log: Log;
}
