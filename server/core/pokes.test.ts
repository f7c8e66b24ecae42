import {describe, expect, it} from 'vitest';
import {at, createWorld, note, pushOne} from '../testing/world.ts';
import type {Standing} from './ports.ts';

describe('pokes', () => {
  it('tell every subscriber of the account the standing after each commit, and nothing for what changed nothing', async () => {
    const world = await createWorld();
    const {core, device} = world;
    const heard: Standing[] = [];
    const elsewhere: Standing[] = [];
    core.subscribe(device.accountId, (standing) => heard.push(standing));
    core.subscribe('another-account', (standing) => elsewhere.push(standing));
    await pushOne(world, note({stamp: at(1)}));
    await pushOne(world, note({stamp: at(1)}));
    expect(heard).toEqual([await core.standing(device.accountId)]);
    expect(elsewhere).toEqual([]);
  });

  it('end with the subscription, the others’ go on, also when one fails', async () => {
    const world = await createWorld();
    const {core, device} = world;
    const heard: string[] = [];
    const end = core.subscribe(device.accountId, () => heard.push('ended'));
    core.subscribe(device.accountId, () => {
      throw new Error('on purpose');
    });
    core.subscribe(device.accountId, () => heard.push('other'));
    end();
    end();
    await pushOne(world, note({stamp: at(1)}));
    expect(heard).toEqual(['other']);
    expect(world.errors).toHaveLength(1);
  });
});
