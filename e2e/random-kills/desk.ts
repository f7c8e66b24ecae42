/**
 * A browser with its profile and a network of its own, and its seats: each a place for one tab of Aster, which is opened
 * anew when it was lost. Killing waits for keystrokes (`alone`), never for saves, requests or loads. Kills resolve to
 * whether there was something to kill.
 */
import {expect} from '@playwright/test';
import {crashTab, type Device} from '../fixtures/device.ts';
import type {FaultProxy} from '../fixtures/fault-proxy.ts';
import type {Profile} from '../fixtures/profile.ts';
import {notesTree} from '../fixtures/tree.ts';
import {createTab, Gone, type Tab} from './tab.ts';
import {recordEdits} from './typing.ts';

const ACTION_LIMIT_MS = 15_000;
const LOAD_LIMIT_MS = 30_000;

/** Between this browser and the server. */
export type Network = Pick<FaultProxy, 'listen' | 'stopListening'>;

export class Desk {
  readonly name: string;
  readonly network: Network;
  readonly #profile: Profile;
  readonly #tabs = new Map<number, Tab>();
  readonly #workerKillsAtLoad = new WeakMap<Tab, number>();
  readonly #deaths: string[] = [];
  #faults: readonly string[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #device: Device | null = null;
  #workerKills = 0;
  #isKillingPage = false;

  constructor(name: string, profile: Profile, network: Network) {
    this.name = name;
    this.network = network;
    this.#profile = profile;
  }

  /** One after the other, and not while something of this desk is being killed. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  isUp(): boolean {
    return this.#device !== null;
  }

  open(): Promise<void> {
    return this.alone(async () => {
      const device = await this.#profile.open();
      device.context.setDefaultTimeout(ACTION_LIMIT_MS);
      await device.context.addInitScript(recordEdits);
      this.#faults = device.faults;
      this.#device = device;
    });
  }

  /** The tab of this seat with the app in it; Gone where the browser doesn't run. */
  async tab(seat: number): Promise<Tab> {
    const tab = await this.alone(async () => {
      const standing = this.#standing(seat);
      if (standing !== undefined) return standing;
      await this.#tabs.get(seat)?.page.close();
      return this.#newTab(seat);
    });
    if (!tab.isLoaded) await this.load(tab, '');
    return tab;
  }

  emptyTab(seat: number): Promise<Tab> {
    return this.alone(() => this.#newTab(seat));
  }

  /** Goes to a path of the app, as by the address bar. */
  async load(tab: Tab, path: string): Promise<void> {
    tab.isLoaded = false;
    this.#workerKillsAtLoad.set(tab, this.#workerKills);
    try {
      await tab.during(async () => {
        await tab.page.goto(`${tab.address}${path}`, {timeout: LOAD_LIMIT_MS});
        await expect(notesTree(tab)).toBeVisible({timeout: LOAD_LIMIT_MS});
      });
    } catch (error) {
      throw this.hasLostWorker(tab) ? new Gone('its worker died while it served the app') : error;
    }
    tab.isLoaded = true;
  }

  /** Whether the worker was killed since this tab began to load the app. */
  hasLostWorker(tab: Tab): boolean {
    return this.#workerKillsAtLoad.get(tab) !== this.#workerKills;
  }

  /** As a person closes it: the page may still do something. */
  close(seat: number): Promise<void> {
    return this.alone(async () => {
      const tab = this.#standing(seat);
      if (tab === undefined) return;
      this.#tabs.delete(seat);
      const isClosed = tab.page.waitForEvent('close');
      await tab.page.close({runBeforeUnload: true});
      await isClosed;
    });
  }

  killPage(seat: number): Promise<boolean> {
    return this.alone(async () => {
      const tab = this.#standing(seat);
      if (tab === undefined) return false;
      this.#isKillingPage = true;
      tab.lose('its page was killed');
      await crashTab(tab);
      await tab.page.close();
      this.#tabs.delete(seat);
      this.#isKillingPage = false;
      return true;
    });
  }

  killWorkers(): Promise<boolean> {
    return this.alone(async () => {
      if (this.#device === null) return false;
      const {context, page} = this.#device;
      const session = await context.newCDPSession(page);
      await session.send('ServiceWorker.enable');
      this.#workerKills += 1;
      await session.send('ServiceWorker.stopAllWorkers');
      await session.detach();
      return true;
    });
  }

  killBrowser(): Promise<boolean> {
    return this.alone(async () => {
      if (this.#device === null) return false;
      this.#device = null;
      for (const tab of this.#tabs.values()) tab.lose('its browser was killed');
      this.#tabs.clear();
      await this.#profile.kill();
      return true;
    });
  }

  /** Exceptions that nothing in the app has caught, and tabs that died by themselves. */
  faults(): readonly string[] {
    return [...this.#faults, ...this.#deaths];
  }

  #standing(seat: number): Tab | undefined {
    const tab = this.#tabs.get(seat);
    return tab?.isGone() ? undefined : tab;
  }

  async #newTab(seat: number): Promise<Tab> {
    if (this.#device === null) throw new Gone('the browser is down');
    const tab = createTab(this.#device, await this.#device.context.newPage());
    // Tabs may share a process: the death of one that is killed may be another's.
    tab.page.on('crash', () => {
      if (!this.#isKillingPage && !tab.isGone()) this.#deaths.push(`a tab of ${this.name} died by itself`);
      tab.lose('its process died');
    });
    this.#tabs.set(seat, tab);
    return tab;
  }
}
