/** What the core is given: storage, time, randomness, a place to report to. Nothing here knows of HTTP. */

import type {Bytes} from '../../protocol/bytes.ts';
import type {SyncError} from '../../protocol/errors.ts';
import type {Position} from '../../protocol/messages.ts';
import type {Storage} from '../storage/port.ts';

export interface CorePorts {
  readonly storage: Storage;
  /** The wall clock, in milliseconds. */
  readonly now: () => number;
  /** So many random bytes, from a source fit for tokens. */
  readonly random: (count: number) => Bytes;
  readonly log: Log;
  /** How long a tombstone without content is kept. */
  readonly tombstoneHorizonMs: number;
  /** Lets others be served in the middle of long work. */
  readonly breathe: () => Promise<void>;
}

/** `error`: a developer should look. Never a body, a token, a password. */
export type Log = (level: 'info' | 'error', message: string, details?: Readonly<Record<string, unknown>>) => void;

/** Who asks: what a valid token stands for. */
export interface Device {
  readonly accountId: string;
  readonly deviceId: string;
  readonly deviceName: string;
  /** Where the request came from, if that is known. */
  readonly address: string | null;
}

/** On every answer, read in one snapshot. */
export interface Standing {
  readonly account: string;
  readonly epoch: string;
  readonly head: Position;
  readonly root: string;
}

export function wireError(type: SyncError['type'], message: string, more: Partial<SyncError> = {}): SyncError {
  return {type, message, ...more};
}
