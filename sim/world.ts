/** What all processes of a run share. */

import type {Coverage} from './life.ts';
import type {SeededRandom} from './random.ts';
import type {Scheduler} from './scheduler.ts';
import type {SimServer} from './server.ts';
import type {Witness} from './witness.ts';

export interface World {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly server: SimServer;
  readonly coverage: Coverage;
  readonly witness: Witness;
  readonly locks: 'locks' | 'no locks';
  readonly latencyMs: number;
}
