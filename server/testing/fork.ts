/** A note that two devices have changed: what most rules of the judge are about. */

import {expect} from 'vitest';
import type {Version} from '../../protocol/entity.ts';
import type {PushVerdict} from '../../protocol/messages.ts';
import {at, createWorld, note, pushOne, type World} from './world.ts';

type Of<T extends PushVerdict['type']> = Extract<PushVerdict, {type: T}>;

export function as<T extends PushVerdict['type']>(verdict: PushVerdict | undefined, type: T): Of<T> {
  expect(verdict).toMatchObject({type});
  return verdict as Of<T>;
}

export async function headOf({core, device}: World): Promise<number> {
  return (await core.standing(device.accountId)).head.seq;
}

/** A current version at 10, and one on each of two devices on top of it. */
export async function forked(): Promise<World & {base: Version; mine: Version; theirs: Version}> {
  const world = await createWorld();
  const base = note({stamp: at(10), text: 'base'});
  const mine = note({stamp: at(30, 'mine'), text: 'mine'});
  const theirs = note({stamp: at(20, 'theirs'), text: 'theirs'});
  await pushOne(world, base);
  return {...world, base, mine, theirs};
}
