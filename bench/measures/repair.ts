/**
 * One note is damaged on a device: its scrub reads through all rows and finds it, the round that follows repairs it. The
 * engine is the app's, on a store in memory; the server is reached through a wire that counts. Another device listens.
 */
import {once} from 'node:events';
import {get, type IncomingMessage} from 'node:http';
import {equalBytes, utf8Bytes} from '../../protocol/bytes.ts';
import type {Ref} from '../../protocol/entity.ts';
import type {MemoryStore} from '../../src/sync/memory-store.ts';
import {PASS_EVERY_MS, scrubPass} from '../../src/sync/scrub.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import {createNodeDevice, machineTime, type NodeDevice} from '../node-device.ts';
import {signIn} from '../replica.ts';
import {startTap, type Tap, type Traffic} from '../tap.ts';

interface Repair {
  readonly own: Traffic;
  readonly toOtherBytes: number;
  readonly scrubCpuMs: number;
}

export const repair: Family = {
  name: 'repair',
  async take(bench) {
    const notes = (bench.mode === 'quick' ? bench.sizes[0] : bench.sizes.at(-1)) ?? 1_000;
    const server = await bench.filled(notes);
    const own = await startTap(server.port);
    const other = await listen(server.address);
    try {
      const device = await createNodeDevice(own.address);
      const repairs: Repair[] = [];
      for (let index = 0; index < bench.repetitions(notes); index++) {
        repairs.push(await damageAndRepair(bench, {device, own, other, notes, index}));
      }
      return linesOf(notes, repairs);
    } finally {
      other.close();
      await own.close();
      await server.remove();
    }
  },
};

interface Listener {
  /** Bytes of pokes that came since this was last called; heartbeats, which come at any time, are none. */
  take(): number;
  close(): void;
}

/** Another device, with its stream of pokes open. */
async function listen(address: string): Promise<Listener> {
  const {token} = await signIn(address);
  const stream = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${address}api/pokes`, {headers: {authorization: `Bearer ${token}`}}, resolve).once('error', reject);
  });
  stream.setEncoding('utf8');
  await once(stream, 'data');
  let text = '';
  stream.on('data', (piece: string) => {
    text += piece;
  });
  return {
    take() {
      const pokes = text.replaceAll(':\n\n', '');
      text = '';
      return pokes.length;
    },
    close: () => stream.destroy(),
  };
}

interface Scene {
  readonly device: NodeDevice;
  readonly own: Tap;
  readonly other: Listener;
  readonly notes: number;
  readonly index: number;
}

async function damageAndRepair(bench: Bench, {device, own, other, notes, index}: Scene): Promise<Repair> {
  const {id, html} = bench.notes(notes)[7 * (index + 1)] ?? {};
  if (id === undefined || html === undefined) throw new Error('there are too few notes to damage one');
  const ref: Ref = {kind: 'note', id};
  await device.round();
  await damage(device.store, ref);
  for (const tap of [own, other]) tap.take();
  const before = process.cpuUsage();
  const ports = {...device.ports, time: machineTime((index + 1) * 2 * PASS_EVERY_MS)};
  for await (const _ of scrubPass(ports, () => undefined));
  const {user, system} = process.cpuUsage(before);
  await device.round();
  const traffic = {own: own.take(), toOtherBytes: other.take()};
  const [body] = await device.store.transaction('read', (tx) => tx.bodies([ref]));
  if (body === undefined || !equalBytes(body.body, utf8Bytes(html))) throw new Error('the note was not repaired');
  return {...traffic, scrubCpuMs: (user + system) / 1_000};
}

/** The text changes under its hash. */
async function damage(store: MemoryStore, ref: Ref): Promise<void> {
  await store.transaction('write', async (tx) => {
    const [body] = await tx.bodies([ref]);
    if (body === undefined) throw new Error(`${ref.id} has no text here`);
    await tx.putBodies([{...body, body: utf8Bytes('#')}]);
  });
}

function linesOf(notes: number, repairs: readonly Repair[]): Taken[] {
  const each = (pick: (one: Repair) => number): number[] => repairs.map(pick);
  return [
    {name: 'repair-requests', notes, samples: each(({own}) => own.requests.length)},
    {name: 'repair-bytes', notes, samples: each(({own}) => (own.up + own.down) / 1_024)},
    {name: 'repair-others', notes, samples: each(({toOtherBytes}) => toOtherBytes)},
    {name: 'scrub', notes, samples: each(({scrubCpuMs}) => (scrubCpuMs / notes) * 1_000)},
  ];
}
