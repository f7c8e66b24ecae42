/**
 * The engine in the worker: a round when the browser or a page asks for one. Where there is no database, or one of another
 * build, nothing is opened: the worker never makes or changes one.
 */

import {type BrowserReplica, createBrowserReplica} from '../browser-replica.ts';
import {withRounds} from '../browser-rounds.ts';
import {isDatabaseOurs} from '../db/schema.ts';
import {type BackgroundWish, runInBackground} from '../sync/background.ts';

export interface BackgroundRounds {
  /** Rejects when the browser should wake the worker once more. */
  run(wish: BackgroundWish): Promise<void>;
  /** The same, but leaves it to a page that somebody looks at; then too it rejects, in case that page goes. */
  runUnlessSeen(wish: BackgroundWish): Promise<void>;
}

/** `isSeen`: whether a page of the app is visible. */
export function createBackgroundRounds(basePath: string, isSeen: () => Promise<boolean>): BackgroundRounds {
  let replica: BrowserReplica | null = null;
  const forget = () => {
    replica = null;
  };
  const run = async (wish: BackgroundWish) => {
    replica ??= createBrowserReplica(basePath, forget);
    if (!(await isDatabaseOurs(replica.database))) return;
    if ((await runInBackground(withRounds(replica.ports), wish)) === 'again')
      throw new Error('not everything could be sent yet');
  };
  return {
    run,
    async runUnlessSeen(wish) {
      if (await isSeen()) throw new Error('a page is at it');
      await run(wish);
    },
  };
}
