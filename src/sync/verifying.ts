/** "Verify everything" as the screens see it: one at a time, with its progress, on top of a round that has brought both sides together. */

import type {Live, VerifyProgress} from './api.ts';
import type {Engine} from './engine.ts';
import {ROUND_LOCK, type RoundPorts} from './round.ts';
import {verifyEverything} from './verify.ts';

export interface Verifying {
  readonly progress: Live<VerifyProgress | null>;
  /** Resolves when the result is stored. */
  run(): Promise<void>;
}

/** Notes that change meanwhile make it begin again, so often. */
const MAX_TRIES = 3;

export function createVerifying(ports: RoundPorts, engine: Pick<Engine, 'run'>): Verifying {
  const listeners = new Set<(progress: VerifyProgress | null) => void>();
  let current: VerifyProgress | null = null;
  let running: Promise<void> | null = null;
  const tell = (progress: VerifyProgress | null) => {
    current = progress;
    for (const listener of listeners) listener(progress);
  };
  const verify = async () => {
    tell({phase: 'device', done: 0, total: 0});
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      await engine.run();
      const {verification} = await ports.locks.exclusive(ROUND_LOCK, () => verifyEverything(ports, tell));
      if (verification.result !== 'moved') return;
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
