/** A tab that may be taken away at any moment. What was being done in it then ends as `Gone`, and nothing else does. */
import type {Page} from '@playwright/test';
import type {Device} from '../fixtures/device.ts';

/** What was being used was killed by this run. Every other failure is a failure. */
export class Gone extends Error {}

export interface Tab extends Device {
  /** Whether the app is in it. */
  isLoaded: boolean;
  isGone(): boolean;
  /** Throws Gone where it isn't. */
  mustBeHere(): void;
  /** Say it before it is done. */
  lose(how: string): void;
  /** Rejects with Gone as soon as the tab is lost, and for whatever fails because of that. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

export function createTab(device: Device, page: Page): Tab {
  const {promise: lost, reject} = Promise.withResolvers<never>();
  let how: string | null = null;
  lost.catch(() => undefined); // nobody may be waiting
  const mustBeHere = (): void => {
    if (how !== null) throw new Gone(how);
  };
  return {
    ...device,
    page,
    isLoaded: false,
    isGone: () => how !== null,
    mustBeHere,
    lose(reason) {
      how ??= reason;
      reject(new Gone(how));
    },
    async during(work) {
      mustBeHere();
      try {
        return await Promise.race([work(), lost]);
      } catch (error) {
        throw how === null ? error : new Gone(how);
      }
    },
  };
}
