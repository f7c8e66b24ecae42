/**
 * The engine in the worker: a round when the browser or a page asks for one. Where there is no database, or one of another
 * build, nothing is opened: the worker never makes or changes one.
 */

import {type BrowserReplica, createBrowserReplica} from '../browser-replica.ts';
import {withRounds} from '../browser-rounds.ts';
import {isDatabaseOurs} from '../db/schema.ts';
import {type BackgroundWish, runInBackground, runUnlessSeen} from '../sync/background.ts';
import type {RoundPorts} from '../sync/round-ports.ts';

export interface BackgroundRounds {
  /** Rejects when the browser should wake the worker once more. */
  run(wish: BackgroundWish): Promise<void>;
  /** The same, but leaves it to a page that somebody looks at, as long as it gets on. */
  runUnlessSeen(wish: BackgroundWish): Promise<void>;
}

/** `isSeen`: whether a page of the app is visible. */
export function createBackgroundRounds(basePath: string, isSeen: () => Promise<boolean>): BackgroundRounds {
  let replica: BrowserReplica | null = null;
  const forget = () => {
    replica = null;
  };
  const inReplica = async (round: (ports: RoundPorts) => Promise<'done' | 'again'>) => {
    replica ??= createBrowserReplica(basePath, forget);
    if (!(await isDatabaseOurs(replica.database))) return;
    if ((await round(withRounds(replica.ports))) === 'again') throw new Error('not everything could be sent yet');
  };
  return {
    run: (wish) => inReplica((ports) => runInBackground(ports, wish)),
    runUnlessSeen: (wish) => inReplica((ports) => runUnlessSeen(ports, wish, isSeen)),
  };
}
