/** Everything that one run has, and what its acts and its healing share. */

import {SyncFailure} from '../protocol/errors.ts';
import type {Tables} from '../server/storage/memory-storage.ts';
import type {Notebook, Person} from './person.ts';
import {ConnectFailure, type Replica, type Tab} from './replica.ts';
import type {SimServer} from './server.ts';
import type {Schedule} from './steps.ts';
import type {Truth} from './truth.ts';
import type {World} from './world.ts';

export const MINUTE = 60_000;
export const ROUND_LIMIT_MS = 60 * MINUTE;
/** A tab or a server that died is back after so long, at most. */
export const BACK_WITHIN_MS = 10_000;

export interface Scene extends World {
  readonly schedule: Schedule;
  /** Of another account, which the schedules leave alone. */
  readonly elsewhere: SimServer;
  readonly replicas: Replica[];
  readonly notebook: Notebook;
  readonly truth: Truth;
  readonly person: Person;
  readonly harmed: Set<string>;
  /** The server's tables as they once were. */
  copy: Tables | null;
  /** Nothing goes wrong any more, and no time passes for what is deleted. */
  isHealing: boolean;
}

export function tabOf(replica: Replica, index: number): Tab {
  const tab = replica.tabs[index % replica.tabs.length];
  if (tab === undefined) throw new Error(`${replica.name} has no tab`);
  return tab;
}

export function replicaAt({replicas}: Scene, index: number): Replica {
  const replica = replicas[index % replicas.length];
  if (replica === undefined) throw new Error('no replica');
  return replica;
}

/** A device that can't store, or can't reach its server, says so and does nothing: that is no fault here. */
export function unlessFailed(error: unknown): void {
  if (error instanceof SyncFailure || error instanceof ConnectFailure) return;
  throw error;
}
