/** A server and two devices that have the same few notes, and what people wrote there and saw as saved. */
import {expect} from '@playwright/test';
import {setUpServer, signIn} from '../fixtures/accounts.ts';
import {installClock, setClock} from '../fixtures/clocks.ts';
import {appIsKept, type Device, type DeviceOptions, goOffline, goOnline} from '../fixtures/device.ts';
import type {FaultProxy} from '../fixtures/fault-proxy.ts';
import {pushNote} from '../fixtures/foreign-device.ts';
import {openNote, rename, replaceText, textBox} from '../fixtures/notes.ts';
import {ACCOUNT, type Observer, observe} from '../fixtures/observer.ts';
import type {Watched} from '../fixtures/rest.ts';
import type {Server} from '../fixtures/server.ts';
import {isSynced} from '../fixtures/sync-panel.ts';
import {treeItem} from '../fixtures/tree.ts';
import {createTruth, type Truth} from '../random-kills/truth.ts';

/** A device behind a proxy of its own; a page that is killed is another one afterwards. */
export interface Side extends Watched {
  device: Device;
  skewMs: number;
}

export interface World {
  readonly server: Server;
  readonly desk: Side;
  readonly couch: Side;
  readonly observer: Observer;
  readonly truth: Truth;
  /** Both sides have it, too, so that there is something to send where a failure needs that. */
  readonly errand: SharedNote;
  /** Signed in while something fails; they must have everything in the end, too. */
  readonly guests: Side[];
  readonly newSide: (name: string) => Promise<Side>;
}

/** One that both sides have. */
export interface SharedNote {
  readonly id: string;
  /** As each side shows it. */
  readonly titles: Map<Side, string>;
}

export interface Makers {
  readonly server: Server;
  readonly newProxy: () => Promise<FaultProxy>;
  readonly newDevice: (name: string, options: DeviceOptions & {at: FaultProxy}) => Promise<Device>;
}

/** Every note of a test is in view at once. */
const TALL = {viewport: {width: 1280, height: 2400}};

export async function createWorld({server, newProxy, newDevice}: Makers): Promise<World> {
  const newSide = async (name: string): Promise<Side> => {
    const proxy = await newProxy();
    const device = await newDevice(name, {at: proxy, context: TALL});
    await installClock(device);
    return {device, proxy, skewMs: 0};
  };
  const [desk, couch] = [await newSide('Desk'), await newSide('Couch')];
  await setUpServer(desk.device, server.setupLink);
  await signIn(couch.device);
  for (const {device} of [desk, couch]) {
    await isSynced(device);
    await appIsKept(device);
  }
  const parts = {server, desk, couch, observer: await observe(server, ACCOUNT), truth: createTruth()};
  return {...parts, errand: await shareNote(parts), guests: [], newSide};
}

export async function shareNote({
  server,
  observer,
  desk,
  couch,
  truth,
}: Pick<World, 'server' | 'observer' | 'desk' | 'couch' | 'truth'>): Promise<SharedNote> {
  const text = truth.newWords('Shelf');
  const id = await pushNote(server, observer, {title: `Note of ${text}`, html: `<p>${text}</p>`});
  truth.wrote({before: '', after: text}, 'on the shelf');
  const titles = new Map<Side, string>();
  for (const side of [desk, couch]) {
    await expect(treeItem(side.device, `Note of ${text}`)).toBeVisible();
    await isSynced(side.device);
    titles.set(side, `Note of ${text}`);
  }
  return {id, titles};
}

export async function write({truth}: World, side: Side, note: SharedNote): Promise<void> {
  const {device} = side;
  await openNote(device, note.titles.get(side) ?? '');
  const [before, after] = [await textBox(device).innerText(), truth.newWords(device.name)];
  await replaceText(device, after);
  truth.wrote({before, after}, `on ${device.name}`);
  truth.saw(after, `on ${device.name}`);
}

export async function giveName({truth}: World, side: Side, note: SharedNote): Promise<void> {
  const {device} = side;
  const [before, after] = [note.titles.get(side) ?? '', truth.newWords(`${device.name}'s`)];
  await openNote(device, before);
  await rename(device, after);
  note.titles.set(side, after);
  truth.wrote({before, after}, `on ${device.name}`);
  truth.saw(after, `on ${device.name}`);
}

export async function setSkew(side: Side, skewMs: number): Promise<void> {
  side.skewMs = skewMs;
  await setClock(side.device, skewMs);
}

export async function disconnect(...sides: readonly Side[]): Promise<void> {
  for (const {device} of sides) await goOffline(device);
}

export async function connect(...sides: readonly Side[]): Promise<void> {
  for (const {device} of sides) await goOnline(device);
}
