/** Before and after: everybody signed in with the same notes; everything back, synced, and looked at from all sides. */
import {expect} from '@playwright/test';
import {setUpServer, signIn} from '../fixtures/accounts.ts';
import {appIsKept} from '../fixtures/device.ts';
import {ACCOUNT, type Observer, observe} from '../fixtures/observer.ts';
import type {Server} from '../fixtures/server.ts';
import {isSynced, shownDigest} from '../fixtures/sync-panel.ts';
import {create} from './acts.ts';
import {type DeviceSide, findFaults, keptTexts} from './invariants.ts';
import type {Person} from './person.ts';
import {type Row, rowsOfDevice, rowsOfServer} from './rows.ts';
import type {Tab} from './tab.ts';
import type {Truth} from './truth.ts';

const FIRST_NOTES = 4;
const SETTLE_LIMIT_MS = 120_000;

export interface Outcome {
  readonly faults: readonly string[];
  /** How many texts and titles somebody saw as saved. */
  readonly acknowledged: number;
  readonly summary: string;
}

/** One desk sets the server up and writes the first notes, the others sign in. */
export async function startTogether(server: Server, people: readonly Person[]): Promise<void> {
  const seated = people.filter(({seat}) => seat === 0);
  for (const [index, person] of seated.entries()) {
    await person.desk.open();
    const tab = await person.desk.emptyTab(0);
    if (index === 0) {
      await setUpServer(tab, server.setupLink);
      for (let note = 0; note < FIRST_NOTES; note++) await create(person, tab);
    } else {
      await signIn(tab);
    }
    tab.isLoaded = true;
    await isSynced(tab);
    await appIsKept(tab);
  }
}

/** Nothing is taken away any more: every tab says "Synced" of the same digest, and the rows of all sides are compared. */
export async function settle(server: Server, people: readonly Person[], truth: Truth): Promise<Outcome> {
  const tabs: Tab[] = [];
  for (const {desk, seat} of people) tabs.push(await desk.tab(seat));
  const observer = await observe(server, ACCOUNT);
  const unequal = await waitUntilEqual(observer, tabs);
  const there = {rows: await rowsOfServer(observer), root: await observer.root()};
  const devices: DeviceSide[] = [];
  for (const {desk, seat} of people.filter((person) => person.seat === 0)) {
    devices.push({name: desk.name, ...(await rowsOfDevice(await desk.tab(seat))), faults: desk.faults()});
  }
  return {
    faults: [...unequal, ...findFaults(there, devices, truth)],
    acknowledged: truth.acknowledged().size,
    summary: summaryOf(there.rows, truth),
  };
}

/** What is still in the way when the time is up. */
async function waitUntilEqual(observer: Observer, tabs: readonly Tab[]): Promise<readonly string[]> {
  const areEqual = expect(async () => {
    await isSynced(...tabs);
    const root = await observer.root();
    for (const tab of tabs) expect(await shownDigest(tab), `root digest on ${tab.name}`).toBe(root);
  }).toPass({timeout: SETTLE_LIMIT_MS});
  return areEqual.then(
    () => [],
    (error: Error) => [`not equal after ${SETTLE_LIMIT_MS / 1000} s: ${error.message}`],
  );
}

function summaryOf(rows: readonly Row[], truth: Truth): string {
  const acknowledged = truth.acknowledged();
  const inRevisions = keptTexts(rows.filter(({kind}) => kind === 'revision'));
  const revised = [...acknowledged].filter((text) => inRevisions.has(text));
  return `${acknowledged.size} texts and titles seen as saved, ${revised.length} of them kept as revisions`;
}
