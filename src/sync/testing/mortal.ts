/**
 * Processes that die at a point that a test names: before a write transaction or just after its commit, before a request
 * left or just after the server answered it. A dead process does nothing any more: nothing that it awaits ever comes.
 */

import {failed} from '../../../protocol/errors.ts';
import type {RoundPorts} from '../round-ports.ts';
import type {World} from './world.ts';

export interface Mortal {
  readonly ports: RoundPorts;
  /** Resolves when the process has died. */
  readonly died: Promise<void>;
  /** Points passed so far. */
  readonly points: number;
}

/** `diesAt`: the point, counted from 1; never where it is beyond the last one. */
export function createMortal(ports: RoundPorts, diesAt: number): Mortal {
  const {store, transport} = ports;
  const life = createLife(diesAt);
  return {
    died: life.ended,
    get points() {
      return life.points();
    },
    ports: {
      ...ports,
      store: {
        ...store,
        transaction: (mode, body) => {
          const run = () => store.transaction(mode, body);
          return mode === 'write' ? life.step(run) : life.whileAlive(run);
        },
      },
      transport: {...transport, call: (...call) => life.step(() => transport.call(...call))},
    },
  };
}

function createLife(diesAt: number) {
  const nothing = new Promise<never>(() => undefined);
  let points = 0;
  let isDead = false;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const pass = () => {
    if (isDead) return;
    points += 1;
    isDead = points === diesAt;
    if (isDead) end();
  };
  const whileAlive = async <T>(run: () => Promise<T>): Promise<T> => {
    if (isDead) return nothing;
    const result = await run();
    return isDead ? nothing : result;
  };
  return {
    ended,
    points: () => points,
    whileAlive,
    /** Two points: before it began, and after it has its effect. */
    async step<T>(run: () => Promise<T>): Promise<T> {
      pass();
      return whileAlive(async () => {
        const result = await run();
        pass();
        return result;
      });
    },
  };
}

class ServerDied extends Error {}

export interface MortalServer {
  /** Of a device: what it asks while the server dies gets no answer. */
  portsOf(ports: RoundPorts): RoundPorts;
  readonly points: number;
}

/** The server dies before or just after the transaction that is the point `diesAt`, and starts again. */
export function createMortalServer(world: World, diesAt: number): MortalServer {
  const {storage} = world;
  const [read, write] = [storage.read.bind(storage), storage.write.bind(storage)];
  let points = 0;
  const pass = () => {
    points += 1;
    if (points === diesAt) throw new ServerDied();
  };
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    pass();
    const result = await run();
    pass();
    return result;
  };
  Object.assign(storage, {
    read: (...transaction: Parameters<typeof read>) => step(() => read(...transaction)),
    write: (...transaction: Parameters<typeof write>) => step(() => write(...transaction)),
  });
  return {
    get points() {
      return points;
    },
    portsOf: (ports) => ({
      ...ports,
      transport: {
        ...ports.transport,
        async call(...call) {
          try {
            return await ports.transport.call(...call);
          } catch (error) {
            if (!(error instanceof ServerDied)) throw error;
            await world.restartServer();
            return failed({type: 'unreachable', message: 'the server died'});
          }
        },
      },
    }),
  };
}
