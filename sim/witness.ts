/**
 * What must hold all the time, written down as it happens: a violation found inside a program would be taken for a failure of
 * that program's own. The run asks for them between steps.
 *
 * 1. A cursor goes back only where the server was put back to an older copy.
 * 2. A hash check finds no difference unless something was damaged.
 * 3. No program fails in a way that it has no word for.
 * 4. A round asks the network a bounded number of times.
 * 5. The server refuses nothing that this engine sends.
 */

import {type Ref, refKey} from '../protocol/entity.ts';
import type {CallAnswer, CallRequest} from '../protocol/messages.ts';
import type {Overview} from '../src/sync/ports.ts';

/** `rule`: which of those that must hold, the same text for every way to break it. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}

export interface Witness {
  /** One for each replica, to be told whatever is stored there. */
  watchReplica(name: string): (overview: Overview) => void;
  failed(name: string, error: unknown): void;
  /** From the beginning of a round to its end: call it with every request. */
  watchRound(name: string): () => void;
  pushed(request: CallRequest<'push'>): void;
  judged(answer: CallAnswer<'push'>): void;
  /** From now on sides may differ without anybody's fault. */
  damaged(): void;
  /** And there is another history. */
  putBack(): void;
  /** Whether a person made this version, on whatever device. */
  wasPushed(ref: Ref, stamp: string): boolean;
  /** Throws the first violation. */
  ask(): void;
}

const MAX_CALLS_OF_A_ROUND = 300;

export function createWitness(): Witness {
  const violations: Violation[] = [];
  const stamps = new Set<string>();
  let isDamaged = false;
  let isPutBack = false;
  const tell = (rule: string, detail: string) => void violations.push(new Violation(rule, detail));
  return {
    watchReplica(name) {
      let before = {replica: '', seq: -1};
      return ({state}) => {
        const replica = state?.replica ?? '';
        const seq = state?.cursor?.seq ?? (replica === before.replica ? before.seq : -1);
        if (!isPutBack && replica === before.replica && seq < before.seq)
          tell('a cursor went back', `${name}, from ${before.seq} to ${seq}`);
        before = {replica, seq};
        if (!isDamaged && state?.lastCheck?.result === 'different')
          tell('a difference though nothing was damaged', name);
      };
    },
    failed: (name, error) => tell('a bug', `${name}: ${error instanceof Error ? error.stack : JSON.stringify(error)}`),
    watchRound(name) {
      let calls = 0;
      return () => {
        calls += 1;
        if (calls === MAX_CALLS_OF_A_ROUND) tell('a round without an end', `${name} asked ${calls} times`);
      };
    },
    pushed({entities}) {
      for (const entity of entities as (Ref & {readonly stamp: string})[])
        stamps.add(`${refKey(entity)} ${entity.stamp}`);
    },
    judged({verdicts}) {
      for (const verdict of verdicts) {
        if (verdict.type === 'rejected') tell('the server refused', JSON.stringify(verdict));
      }
    },
    damaged() {
      isDamaged = true;
    },
    putBack() {
      isDamaged = true;
      isPutBack = true;
    },
    wasPushed: (ref, stamp) => stamps.has(`${refKey(ref)} ${stamp}`),
    ask() {
      const [first] = violations;
      if (first !== undefined) throw first;
    },
  };
}
