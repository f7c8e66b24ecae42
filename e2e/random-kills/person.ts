/** Somebody at a seat: a tab of a desk, decisions of their own, and what they tell of. */
import type {Desk} from './desk.ts';
import type {Journal} from './journal.ts';
import type {Random} from './random.ts';
import type {Truth} from './truth.ts';

export interface Person {
  readonly name: string;
  readonly desk: Desk;
  readonly seat: number;
  readonly random: Random;
  readonly truth: Truth;
  readonly journal: Journal;
}
