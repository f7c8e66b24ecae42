/** What a schedule is made of: one value that fast-check draws, shrinks and prints, and that a file can keep. */

import fc from 'fast-check';
import type {CallName} from '../protocol/messages.ts';
import type {Point} from './life.ts';
import {FAULTS, type Fault} from './network.ts';

interface OnTab {
  readonly replica: number;
  readonly tab: number;
}
interface OnNote extends OnTab {
  readonly note: number;
}

export type Act =
  | (OnNote & {readonly type: 'write'; readonly part: 'text' | 'title'})
  | (OnNote & {readonly type: 'open' | 'create' | 'delete' | 'restore' | 'keep' | 'tag' | 'clone' | 'import'})
  | (OnNote & {readonly type: 'revision'; readonly which: number})
  | (OnNote & {readonly type: 'resolve'; readonly which: number; readonly choice: 'current' | 'other'})
  | (OnNote & {readonly type: 'move'; readonly to: number; readonly key: string})
  | (OnNote & {readonly type: 'reorder'; readonly before: number})
  | (OnTab & {readonly type: 'hide' | 'show' | 'pause' | 'resume' | 'verify' | 'full sync'})
  | (OnTab & {readonly type: 'clock choice'; readonly choice: 'own' | 'server'})
  | (OnTab & {readonly type: 'crash tab'; readonly points: number})
  | (OnTab & {readonly type: 'crash tab at'; readonly point: Point})
  | {readonly type: 'fault'; readonly replica: number; readonly call: CallName; readonly fault: Fault}
  | {readonly type: 'online'; readonly replica: number; readonly is: boolean}
  | {readonly type: 'full'; readonly replica: number; readonly is: boolean}
  | {readonly type: 'sign in' | 'join account' | 'disconnect'; readonly replica: number}
  | {readonly type: 'join'}
  /** With a notebook of its own. */
  | {readonly type: 'start'; readonly where: 'alone' | 'elsewhere'}
  | {readonly type: 'clock'; readonly replica: number; readonly offsetMs: number; readonly drift: number}
  | {readonly type: 'wake'; readonly replica: number; readonly points: number}
  | {readonly type: 'wake until'; readonly replica: number; readonly point: Point}
  /** `everybody`: the devices' clocks go with it. */
  | {readonly type: 'server clock'; readonly skewMs: number; readonly who: 'server' | 'everybody'}
  | {readonly type: 'crash server'; readonly points: number}
  /** Deletions whose time has passed. */
  | {readonly type: 'erase'}
  /** What is deleted is erased and forgotten meanwhile; `away` goes offline. */
  | {readonly type: 'days pass'; readonly away: number}
  /** Remembers what the server has now; later puts it back, as a copied folder or as a restored backup does. */
  | {readonly type: 'copy'}
  | {readonly type: 'put back'; readonly epoch: 'same' | 'new'}
  /** The browser throws a device's store away. */
  | {readonly type: 'evict'; readonly replica: number}
  | {readonly type: 'damage'; readonly side: number; readonly entity: number; readonly how: Harm};

export const HARMS = ['body', 'head', 'lost', 'digest'] as const;
export type Harm = (typeof HARMS)[number];

export interface Step {
  readonly act: Act;
  /** What passes before the next one, in virtual milliseconds. */
  readonly thenMs: number;
}

export interface Schedule {
  /** Of ids, latencies, jitter and random faults. */
  readonly seed: number;
  readonly replicas: number;
  readonly tabs: number;
  readonly locks: 'locks' | 'no locks';
  readonly faultOnceIn: number;
  /** Everybody works on so many notes, mostly. */
  readonly spread: number;
  /** The longest way there, and back. */
  readonly latencyMs: number;
  /** Of the acts that may leave a text nowhere at all when they come together, only these happen. */
  readonly calamity: 'none' | 'damage' | 'put back' | 'evict';
  readonly steps: readonly Step[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CALLS: readonly CallName[] = ['hello', 'push', 'pull', 'buckets', 'items', 'repair', 'fetch'];

const replica = fc.nat(2);
const tab = fc.nat(1);
const note = fc.nat(7);
const points = fc.integer({min: 1, max: 60});
const point: fc.Arbitrary<Point> = fc.constantFrom(
  ...['read', 'write', ...CALLS].flatMap((call): Point[] => [`before ${call}`, `after ${call}`]),
);
const on = <T extends string>(type: T) => fc.constant(type);

const acts: readonly fc.WeightedArbitrary<Act>[] = [
  {weight: 24, arbitrary: fc.record({type: on('write'), replica, tab, note, part: fc.constantFrom('text', 'title')})},
  {weight: 6, arbitrary: fc.record({type: on('open'), replica, tab, note})},
  {weight: 6, arbitrary: fc.record({type: on('create'), replica, tab, note})},
  {weight: 2, arbitrary: fc.record({type: on('delete'), replica, tab, note})},
  {weight: 1, arbitrary: fc.record({type: on('restore'), replica, tab, note})},
  {weight: 1, arbitrary: fc.record({type: on('keep'), replica, tab, note})},
  {weight: 2, arbitrary: fc.record({type: on('tag'), replica, tab, note})},
  {weight: 2, arbitrary: fc.record({type: on('clone'), replica, tab, note})},
  {weight: 1, arbitrary: fc.record({type: on('import'), replica, tab, note: fc.nat(1)})},
  {weight: 2, arbitrary: fc.record({type: on('revision'), replica, tab, note, which: fc.nat(9)})},
  {
    weight: 3,
    arbitrary: fc.record({
      type: on('resolve'),
      replica,
      tab,
      note,
      which: fc.nat(3),
      choice: fc.constantFrom('current', 'other'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({type: on('move'), replica, tab, note, to: note, key: fc.constantFrom('a', 'h', 'm', 't')}),
  },
  {weight: 3, arbitrary: fc.record({type: on('reorder'), replica, tab, note, before: note})},
  {weight: 2, arbitrary: fc.record({type: fc.constantFrom('hide', 'show'), replica, tab})},
  {weight: 1, arbitrary: fc.record({type: fc.constantFrom('pause', 'resume', 'resume'), replica, tab})},
  {weight: 1, arbitrary: fc.record({type: fc.constantFrom('verify', 'full sync'), replica, tab})},
  {
    weight: 1,
    arbitrary: fc.record({type: on('clock choice'), replica, tab, choice: fc.constantFrom('own', 'server')}),
  },
  {weight: 4, arbitrary: fc.record({type: on('crash tab'), replica, tab, points})},
  {weight: 5, arbitrary: fc.record({type: on('crash tab at'), replica, tab, point})},
  {
    weight: 8,
    arbitrary: fc.record({
      type: on('fault'),
      replica,
      call: fc.constantFrom(...CALLS),
      fault: fc.constantFrom(...FAULTS),
    }),
  },
  {weight: 6, arbitrary: fc.record({type: on('online'), replica, is: fc.boolean()})},
  {weight: 1, arbitrary: fc.record({type: on('full'), replica, is: fc.boolean()})},
  {weight: 2, arbitrary: fc.record({type: fc.constantFrom('sign in', 'join account', 'disconnect'), replica})},
  {weight: 1, arbitrary: fc.record({type: on('join')})},
  {weight: 2, arbitrary: fc.record({type: on('start'), where: fc.constantFrom('alone', 'elsewhere')})},
  {
    weight: 2,
    arbitrary: fc.record({
      type: on('clock'),
      replica,
      offsetMs: fc.oneof(fc.integer({min: -8 * MINUTE, max: 8 * MINUTE}), fc.integer({min: -6 * HOUR, max: 6 * HOUR})),
      drift: fc.constantFrom(0, 0, 0.01, -0.01),
    }),
  },
  {weight: 2, arbitrary: fc.record({type: on('wake'), replica, points})},
  {weight: 2, arbitrary: fc.record({type: on('wake until'), replica, point})},
  {
    weight: 1,
    arbitrary: fc.record({
      type: on('server clock'),
      skewMs: fc.constantFrom(0, -HOUR, -HOUR, HOUR, 4 * MINUTE),
      who: fc.constantFrom('server', 'everybody'),
    }),
  },
  {weight: 4, arbitrary: fc.record({type: on('crash server'), points: fc.integer({min: 1, max: 20})})},
  {weight: 1, arbitrary: fc.record({type: on('erase')})},
  {weight: 1, arbitrary: fc.record({type: on('days pass'), away: replica})},
  {weight: 3, arbitrary: fc.record({type: on('copy')})},
  {weight: 3, arbitrary: fc.record({type: on('put back'), epoch: fc.constantFrom('same', 'new')})},
  {weight: 2, arbitrary: fc.record({type: on('evict'), replica})},
  {
    weight: 4,
    arbitrary: fc.record({type: on('damage'), side: fc.nat(3), entity: fc.nat(30), how: fc.constantFrom(...HARMS)}),
  },
];

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.oneof(...acts),
  thenMs: fc.oneof(
    {weight: 4, arbitrary: fc.nat(500)},
    {weight: 3, arbitrary: fc.nat(20_000)},
    {weight: 1, arbitrary: fc.nat(2 * HOUR)},
  ),
});

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.noShrink(fc.nat(2 ** 31 - 1)),
  replicas: fc.integer({min: 2, max: 3}),
  tabs: fc.integer({min: 1, max: 2}),
  locks: fc.constantFrom('locks', 'locks', 'no locks'),
  faultOnceIn: fc.constantFrom(0, 0, 40, 8),
  spread: fc.constantFrom(1, 2, 8),
  latencyMs: fc.constantFrom(100, 400, 400, 5000),
  calamity: fc.constantFrom('none', 'damage', 'put back', 'put back', 'evict'),
  steps: fc.array(step, {minLength: 5, maxLength: 80, size: 'max'}),
});
