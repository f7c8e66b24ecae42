import {expect, test} from 'vitest';
import {failed} from '../../protocol/errors.ts';
import type {TestLine} from './api.ts';
import type {Transport} from './ports.ts';

import {testSync} from './test-sync.ts';
import {createWorld, settle} from './testing/world.ts';

type Calls = Pick<Transport, 'call'>;

async function linesOf(address: string, change: (calls: Calls) => Calls, clockMs = 0): Promise<TestLine[]> {
  const world = await createWorld();
  const a = await world.device('A');
  await settle(a);
  a.clockMs = clockMs;
  const lines: TestLine[] = [];
  await testSync({...a.ports, transport: change(a.ports.transport)}, address, (line) => lines.push(line));
  return lines;
}

const same = (calls: Calls) => calls;
const results = (lines: TestLine[]) => lines.map(({check, result}) => `${check} ${result}`);

test('all is well with the server of this device', async () => {
  const lines = await linesOf('https://aster.test', same);
  expect(results(lines)).toEqual([
    'address passed',
    'reachable passed',
    'aster passed',
    'protocol passed',
    'clock passed',
    'signed_in passed',
  ]);
});

test('an address that is none fails before anything is asked', async () => {
  const lines = await linesOf('aster.test', same);
  expect(results(lines)[0]).toBe('address failed');
  expect(lines).toHaveLength(6);
  expect(lines.slice(1).every(({result}) => result === 'skipped')).toBe(true);
});

test('a server that does not answer fails as not reachable', async () => {
  const lines = await linesOf('https://aster.test', (transport) => ({
    ...transport,
    call: async () => failed({type: 'unreachable', message: 'no answer'}),
  }));
  expect(results(lines).slice(0, 3)).toEqual(['address passed', 'reachable failed', 'aster skipped']);
});

test('another web server is reachable and not Aster', async () => {
  const lines = await linesOf('https://aster.test', (transport) => ({
    ...transport,
    call: async () => failed({type: 'not_aster', message: 'HTML'}),
  }));
  expect(results(lines).slice(0, 3)).toEqual(['address passed', 'reachable passed', 'aster failed']);
});

test('clocks six minutes apart fail with the offset and its direction', async () => {
  const clock = (await linesOf('https://aster.test', same, -360_000)).find(({check}) => check === 'clock');
  expect(clock).toMatchObject({result: 'failed', error: {type: 'clock_skew', offsetMs: 360_000}});
  expect(clock?.value).toContain('360.0 s server ahead');
});
