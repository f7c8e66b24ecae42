/** What a family of measures has to work with, and what it gives back. */
import type {LineName} from './budgets.ts';
import type {GeneratedNote} from './notes.ts';
import type {RawServer} from './raw-server.ts';
import type {Server} from './server.ts';

/** What the machine does at best with the same data, in the same unit and the same run. */
export interface Limit {
  readonly what: string;
  readonly samples: readonly number[];
}

export interface Samples {
  readonly name: LineName;
  /** Of the notebook, or how many entities; null where it doesn't matter. */
  readonly notes: number | null;
  readonly samples: readonly number[];
  readonly limit?: Limit;
}

/** A line that could not be taken, and why. */
export interface Missing {
  readonly name: LineName;
  readonly notes: number | null;
  readonly missing: string;
}

export type Taken = Samples | Missing;

export interface Bench {
  readonly mode: 'quick' | 'full';
  /** Numbers of notes, rising. */
  readonly sizes: readonly number[];
  /** How often a measure is repeated that takes longer with more notes. */
  repetitions(notes: number): number;
  readonly raw: RawServer;
  /** A server with an account of so many generated notes, filled once per run. Whoever asks for it removes it. */
  filled(notes: number): Promise<Server>;
  /** The notes of such an account. */
  notes(count: number): readonly GeneratedNote[];
  /** Tells the person who waits. */
  say(words: string): void;
}

export interface Family {
  readonly name: string;
  take(bench: Bench): Promise<readonly Taken[]>;
}
