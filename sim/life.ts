/**
 * The life of a process. It ends at a point: before or after a call of a port, when the effect of the call is there or not.
 * A dead process does nothing any more: nothing that it awaits ever comes. How often each point was a death is counted.
 */

/** Deaths by the name of the point. */
export type Coverage = Map<string, number>;

export interface Life {
  isAlive(): boolean;
  end(): void;
  /** Ends it at the point that is the `count`th from now. */
  endIn(count: number): void;
  onEnd(action: () => void): void;
  /** A call with an effect: a point before it, and one after. */
  step<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** A call without: what comes back to a dead process doesn't. */
  whileAlive<T>(run: () => Promise<T>): Promise<T>;
}

export function createLife(coverage: Coverage): Life {
  const nothing = new Promise<never>(() => undefined);
  const actions: (() => void)[] = [];
  let isAlive = true;
  let left = Number.POSITIVE_INFINITY;

  function end(): void {
    if (!isAlive) return;
    isAlive = false;
    for (const action of actions) action();
  }

  function pass(point: string): void {
    left -= 1;
    if (left > 0 || !isAlive) return;
    coverage.set(point, (coverage.get(point) ?? 0) + 1);
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
    onEnd: (action) => void actions.push(action),
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
