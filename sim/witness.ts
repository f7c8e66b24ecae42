/**
 * What must hold all the time, written down as it happens: a violation found inside a program would be taken for a failure of
 * that program's own. The run asks for them between steps.
 *
 * 1. A cursor goes back only where the server was put back to an older copy.
 * 2. A hash check finds no difference unless something was damaged, or deletions were forgotten that the device doesn't know of.
 * 3. No program fails in a way that it has no word for.
 * 4. A round asks the network a bounded number of times.
 * 5. The server refuses nothing that this engine sends, but a stamp that its own clock, set back since, and the current version
 *    leave more than five minutes behind.
 * 6. No version is stamped more than five minutes ahead of the server's clock and of what it follows.
 * 7. No version loses to one that was written on top of it, but where its request left before the server was put back: that has
 *    forgotten what followed it.
 * 8. Of a deletion that the server has forgotten nobody gives anything back who didn't change that note himself, but where a
 *    row of the same bucket was damaged; and a device that knows of none such yet pushes nothing before it compared, unless the
 *    difference can't be repaired.
 * 9. What a device knows of the server's version of an entity is never replaced by an older one.
 */

import {bucketOf} from '../protocol/digest.ts';
import {type Ref, refKey} from '../protocol/entity.ts';
import {MAX_CLOCK_OFFSET_MS} from '../protocol/limits.ts';
import type {CallAnswer, CallRequest, PulledEntity, PushedEntity} from '../protocol/messages.ts';
import {parseStamp} from '../protocol/stamp.ts';
import {noteOf} from '../src/notes/note-of.ts';
import {isOwnDeleted} from '../src/sync/inspect.ts';
import type {StoreTables} from '../src/sync/memory-store.ts';
import type {EntityRow, Overview, ReplicaState} from '../src/sync/ports.ts';
import {createLineage} from './lineage.ts';
import type {Truth} from './truth.ts';

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
  watchReplica(name: string, rows: () => Iterable<EntityRow>, floor: () => number): (overview: Overview) => void;
  failed(name: string, error: unknown): void;
  /** From the beginning of a round to its end: call it with every request. */
  watchRound(name: string): () => void;
  pushed(request: CallRequest<'push'>, server: Judge): void;
  /** The answer to a push; `left`: `putBacks` as it was when the request left. */
  judged(request: CallRequest<'push'>, answer: CallAnswer<'push'>, server: Judge, left: number): void;
  /** How often the server was put back so far. */
  putBacks(): number;
  /** Deletions that the server has dropped. */
  forgotten(refs: readonly Ref[]): void;
  /** A push leaves a device on which one round runs at a time. */
  pushes(name: string, state: ReplicaState | undefined): void;
  /** A repair leaves; `tables`: what its device has. */
  givesBack(name: string, request: CallRequest<'repair'>, tables: StoreTables): void;
  /** The server's clock was set: what was stamped before may be ahead of it. */
  clockSet(): void;
  /** From now on sides may differ without anybody's fault. */
  damaged(): void;
  /** And there is another history. */
  putBack(): void;
  /** Whether a person made this version, on whatever device. */
  wasPushed(ref: Ref, stamp: string): boolean;
  /** Throws the first violation. */
  ask(): void;
}

/** What the server judges with, after it judged. */
export interface Judge {
  nowMs(): number;
  /** Of the current version. */
  stampOf(ref: Ref): string | undefined;
}

const MAX_CALLS_OF_A_ROUND = 300;

/** `harmed`: what was damaged on some side: an edit over that is a conflict on purpose, whatever the person had seen. */
export function createWitness(truth: Truth, harmed: ReadonlySet<string>): Witness {
  const lineage = createLineage(truth);
  const violations: Violation[] = [];
  const stamps = new Set<string>();
  const forgotten = new Set<string>();
  let isDamaged = false;
  let putBacks = 0;
  let isClockSet = false;
  /** The server can't tell what it lost from what it forgot. */
  const isDoubted = (row: EntityRow) => {
    const buckets = [...harmed].map((key) => bucketOf(key.slice(key.indexOf(':') + 1)));
    return buckets.includes(bucketOf(row.id)) || buckets.includes(bucketOf(noteOf(row) ?? row.id));
  };
  const tell = (rule: string, detail: string) => void violations.push(new Violation(rule, detail));
  return {
    watchReplica(name, rows, floor) {
      let seqs = new Map<string, number>();
      let before = {replica: '', seq: -1};
      return ({state}) => {
        // Another account begins anew, and what is made ready for it is known to none.
        const replica = `${state?.replica} ${state?.server?.account.id ?? state?.formerAccount}`;
        if (state?.joining != null) seqs = new Map();
        const seq = state?.cursor?.seq ?? (replica === before.replica ? before.seq : -1);
        if (putBacks === 0 && replica === before.replica && seq < before.seq)
          tell('a cursor went back', `${name}, from ${before.seq} to ${seq}`);
        const now = new Map(
          [...rows()].flatMap((row) => (isOwnDeleted(row) ? [] : [[refKey(row), row.known?.seq ?? -1]])),
        );
        for (const [key, seqBefore] of seqs) {
          if (!isDamaged && (now.get(key) ?? seqBefore) < seqBefore)
            tell('an older version took the place of a newer', `${name} ${key}`);
        }
        seqs = now;
        before = {replica, seq};
        const mayLack = state?.returning != null || (state?.pulledFrom ?? Number.POSITIVE_INFINITY) < floor();
        if (!isDamaged && !mayLack && state?.lastCheck?.result === 'different')
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
    pushed({entities}, server) {
      for (const entity of entities as PushedEntity[]) {
        if (!isClockSet && isFromTheFuture(entity, server))
          tell('a stamp from the future', `${entity.id} ${entity.stamp}`);
        forgotten.delete(refKey(entity)); // somebody edited it
        stamps.add(`${refKey(entity)} ${entity.stamp}`);
        lineage.learn(entity);
      }
    },
    forgotten(refs) {
      for (const ref of refs) forgotten.add(refKey(ref));
    },
    pushes(name, state) {
      if (state?.returning != null && state.lastCheck?.result !== 'different')
        tell('a returning device pushed before it compared', name);
    },
    givesBack(name, {entities}, tables) {
      const edited = notesThatWait(tables);
      for (const one of entities as PulledEntity[]) {
        const row = tables.entities.get(refKey(one));
        const isUnasked = row !== undefined && !edited.has(noteOf(row)) && !isDoubted(row);
        if (forgotten.delete(refKey(one)) && !one.deleted && isUnasked && putBacks === 0)
          tell('a forgotten deletion was undone', `${name} ${refKey(one)}`);
      }
    },
    clockSet() {
      isClockSet = true;
    },
    judged({entities}, {verdicts}, server, left) {
      for (const [index, verdict] of verdicts.entries()) {
        const pushed = entities[index] as PushedEntity;
        if (verdict.type === 'applied') stamps.add(`${refKey(verdict)} ${verdict.currentStamp}`);
        const isExcused = harmed.has(refKey(pushed)) || left < putBacks;
        const falsely = isExcused ? undefined : lineage.falseConflict(pushed, verdict);
        if (falsely !== undefined) tell('a false conflict', falsely);
        const isFair = isClockSet && isAhead(entities[index] as PushedEntity, server);
        if (verdict.type === 'rejected' && !isFair) tell('the server refused', JSON.stringify(verdict));
      }
    },
    damaged() {
      isDamaged = true;
    },
    putBack() {
      isDamaged = true;
      putBacks += 1;
    },
    putBacks: () => putBacks,
    wasPushed: (ref, stamp) => stamps.has(`${refKey(ref)} ${stamp}`),
    ask() {
      const [first] = violations;
      if (first !== undefined) throw first;
    },
  };
}

/** A revision has the stamp of what it keeps, which may never have been sent. */
function isFromTheFuture({kind, stamp, base, sent}: PushedEntity, server: Judge): boolean {
  const after = [base, ...sent].map((one) => (one === null ? 0 : parseStamp(one).millis));
  const latestMs = Math.max(server.nowMs(), ...after) + MAX_CLOCK_OFFSET_MS;
  return kind !== 'revision' && parseStamp(stamp).millis > latestMs;
}

function isAhead({stamp, ...ref}: PushedEntity, server: Judge): boolean {
  const current = server.stampOf(ref);
  const latestMs = Math.max(server.nowMs(), current === undefined ? 0 : parseStamp(current).millis);
  return parseStamp(stamp).millis > latestMs + MAX_CLOCK_OFFSET_MS;
}

function notesThatWait({outbox, entities}: StoreTables): ReadonlySet<string | null> {
  const rows = [...outbox.keys()].map((key) => entities.get(key));
  return new Set(rows.flatMap((row) => (row === undefined ? [] : [noteOf(row)])));
}
