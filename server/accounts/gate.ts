/** So many at once, so many more that wait for their turn; whoever comes then is turned away. */

export interface Gate {
  /** Undefined, and `task` not begun, where too many wait. */
  enter<T>(task: () => Promise<T>): Promise<T> | undefined;
}

export function createGate({atOnce, waiting}: {readonly atOnce: number; readonly waiting: number}): Gate {
  const queue: (() => void)[] = [];
  let running = 0;

  async function run<T>(task: () => Promise<T>): Promise<T> {
    if (running < atOnce) running += 1;
    else await new Promise<void>((resolve) => queue.push(resolve)); // takes over the place of who leaves
    try {
      return await task();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {enter: (task) => (running >= atOnce && queue.length >= waiting ? undefined : run(task))};
}
