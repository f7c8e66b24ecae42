/** What the search for a server and "Test sync" need of network and device, beyond what a round does. Each runtime has its own. */

import type {HttpAnswer} from '../../protocol/answer.ts';
import type {Result, SyncError} from '../../protocol/errors.ts';
import type {AddressError} from './address-error.ts';

export interface Probe {
  /** The app's own place on the network, where it has one: an address, without a slash at the end. */
  readonly ownAddress: string | null;
  /** Whether this runtime refuses servers without TLS, as an encrypted page does. */
  readonly needsTls: boolean;
  /** One request to `path`, from `/api/` on, of the server at `address`. Fails where no answer can be read, `origin_refused` included. */
  ask(address: string, path: string, options: AskOptions): Promise<Result<Reached, SyncError | AddressError>>;
  device(): Promise<DeviceFacts>;
  /** Asks that what is stored here is kept until somebody removes it; false where that is refused. May ask the person. */
  keepData(): Promise<boolean>;
}

export interface AskOptions {
  readonly timeoutMs: number;
  /** Sends so many bytes, which mean nothing; left out: a GET. */
  readonly bytes?: number;
}

export interface Reached {
  /** Where the answer came from: another place than was asked, after a redirect. */
  readonly url: string;
  readonly answer: HttpAnswer;
}

/** Null: there is no such thing here, or it isn't told. */
export interface DeviceFacts {
  /** Whether what is stored here is kept until somebody removes it. */
  readonly isPersisted: boolean | null;
  readonly usedBytes: number | null;
  readonly allowedBytes: number | null;
  readonly isNearlyFull: boolean;
  readonly offlineStart: 'ready' | 'installing' | 'insecure' | 'none' | null;
}
