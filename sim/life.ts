/**
 * The life of a process. It ends at a point: before or after a call of a port, when the effect of the call is there or not.
 * A dead process does nothing any more: nothing that it awaits ever comes. How often each point was a death is counted.
 */

/** Deaths by the name of the point. */
export type Coverage = Map<string, number>;

/** Before or after the effect of a call. */
export type Point = `${'before' | 'after'} ${string}`;

export type Process = 'page' | 'worker' | 'server' | 'setup';

export interface Life {
  isAlive(): boolean;
  end(): void;
  /** Ends it at the point that is the `count`th from now. */
  endIn(count: number): void;
  /** Ends it at the next point of this name; null: at none. */
  endAt(point: Point | null): void;
  /** At once where it has ended. */
  onEnd(action: () => void): void;
  /** A call of a port: a point before it, and one after. */
  step<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** What comes back to a dead process doesn't. */
  whileAlive<T>(run: () => Promise<T>): Promise<T>;
}

export function createLife(process: Process, coverage: Coverage): Life {
  const nothing = new Promise<never>(() => undefined);
  const actions: (() => void)[] = [];
  let isAlive = true;
  let left = Number.POSITIVE_INFINITY;
  let last: Point | null = null;

  function end(): void {
    if (!isAlive) return;
    isAlive = false;
    for (const action of actions) action();
  }

  function pass(point: Point): void {
    left -= 1;
    if ((left > 0 && point !== last) || !isAlive) return;
    const name = `${process}: ${point}`;
    coverage.set(name, (coverage.get(name) ?? 0) + 1);
    end();
  }

  async function whileAlive<T>(run: () => Promise<T>): Promise<T> {
    if (!isAlive) return nothing;
    const result = await run().catch((error: unknown) => {
      if (isAlive) throw error;
      return nothing;
    });
    return isAlive ? result : nothing;
  }

  return {
    isAlive: () => isAlive,
    end,
    endIn(count) {
      left = count;
    },
    endAt(point) {
      last = point;
    },
    onEnd: (action) => (isAlive ? void actions.push(action) : action()),
    whileAlive,
    async step(name, run) {
      pass(`before ${name}`);
      return whileAlive(async () => {
        const result = await run();
        pass(`after ${name}`);
        return result;
      });
    },
  };
}
