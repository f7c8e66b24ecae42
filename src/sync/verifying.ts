/** "Verify everything" as the screens see it: one at a time, with its progress, on top of a round that has brought both sides together. */

import {failed, ok, type Result} from '../../protocol/errors.ts';
import type {Live, VerifyProgress} from './api.ts';
import type {Engine} from './engine.ts';
import {ROUND_LOCK} from './round-lock.ts';
import type {RoundPorts} from './round-ports.ts';
import {verifyEverything} from './verify.ts';

export interface Verifying {
  readonly progress: Live<VerifyProgress | null>;
  /** Resolves when what was found is stored; fails with why only this device was looked at. */
  run(): Promise<Result<void>>;
}

/** Notes that change meanwhile make it begin again, so often. */
const MAX_TRIES = 3;

export function createVerifying(ports: RoundPorts, engine: Pick<Engine, 'run'>): Verifying {
  const listeners = new Set<(progress: VerifyProgress | null) => void>();
  let current: VerifyProgress | null = null;
  let running: Promise<Result<void>> | null = null;
  const tell = (progress: VerifyProgress | null) => {
    current = progress;
    for (const listener of listeners) listener(progress);
  };
  const verify = async (): Promise<Result<void>> => {
    tell({phase: 'device', done: 0, total: 0});
    for (let tries = 1; ; tries++) {
      await engine.run();
      const {verification, error} = await ports.locks.exclusive(ROUND_LOCK, () => verifyEverything(ports, tell));
      if (verification.result === 'moved' && tries < MAX_TRIES) continue;
      return error === null || error.type === 'not_set_up' ? ok(undefined) : failed(error);
    }
  };
  return {
    progress: {
      subscribe(listener) {
        listeners.add(listener);
        listener(current);
        return () => listeners.delete(listener);
      },
    },
    run() {
      running ??= verify().finally(() => {
        running = null;
        tell(null);
        void engine.run();
      });
      return running;
    },
  };
}
