/** What pages tell the worker, and the names under which the browser wakes it. */

import * as z from 'zod/mini';

/** The lock that a page holds as long as it lives: `entry` is the address of the script that started it. */
export function pageLock(basePath: string, entry: string): string {
  return `${basePath} page ${entry}`;
}

export const OUTBOX_TAG = 'aster-outbox';
export const PERIODIC_TAG = 'aster-periodic';

export const workerMessageSchema = z.discriminatedUnion('type', [
  /** A page goes: look at the outbox. */
  z.object({type: z.literal('sync')}),
  /** The person agreed to the new build. */
  z.object({type: z.literal('activate')}),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
