/**
 * What this browser's notebook was, kept beside its database: a browser that clears the database of a site (no room, not used
 * for long) often leaves localStorage. With it the start page can say what happened, and bring the notes back in one tap.
 * Never the replica's id: that goes with its store, and is never used again.
 */

import * as z from 'zod/mini';
import type {LeftBehind, SyncStatus} from '../sync/api.ts';

const leftBehindSchema = z.object({
  deviceName: z.string(),
  waiting: z.number(),
  server: z.nullable(
    z.object({
      address: z.string(),
      account: z.object({id: z.string(), username: z.string()}),
      deviceId: z.string(),
      token: z.nullable(z.string()),
    }),
  ),
});

export interface LeftBehindNote {
  /** Null where nothing was kept, or nothing can be. What this page kept it knows also after the browser has cleared all. */
  read(): LeftBehind | null;
  /** Keeps what is needed of this status. Nothing of one without a notebook: what was kept stays. */
  keep(status: SyncStatus): void;
}

/** A storage that is full or forbidden keeps nothing, and then nobody is told: the notes themselves are elsewhere. */
export function createLeftBehind(storage: Storage | null, basePath: string): LeftBehindNote {
  const key = `aster.notebook.${basePath}`;
  let kept: string | null = null;
  return {
    read() {
      const parsed = leftBehindSchema.safeParse(attempt(() => JSON.parse(kept ?? storage?.getItem(key) ?? '')));
      return parsed.success ? parsed.data : null;
    },
    keep({replica, waiting, parked}) {
      if (replica === null) return;
      const {deviceName, server} = replica;
      const now = JSON.stringify({deviceName, server, waiting: waiting + parked} satisfies LeftBehind);
      if (now === kept) return;
      kept = now;
      attempt(() => storage?.setItem(key, now));
    },
  };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
