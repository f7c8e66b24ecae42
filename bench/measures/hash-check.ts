/**
 * What the hash check costs by the number of entities. Here: the engine's own root over the buckets of so many leaves, CPU
 * time, the sizes taking turns. On the server: hello, which reads head and root, against accounts of several sizes.
 */
import {randomBytes} from 'node:crypto';
import {addLeaf, BUCKET_COUNT, type Bucket, EMPTY_BUCKET, rootDigest} from '../../protocol/digest.ts';
import {localRoot} from '../../src/sync/check.ts';
import {createMemoryStore, type MemoryStore} from '../../src/sync/memory-store.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import {signIn} from '../replica.ts';

const ENTITIES = [10_000, 100_000, 1_000_000];
const SAMPLES = {quick: 10, full: 30};
/** One check is too short to be timed. */
const CHECKS_PER_SAMPLE = 20;
const HELLOS = {quick: 40, full: 200};
const LEAF_BYTES = 32;

export const hashCheck: Family = {
  name: 'hash-check',
  take: async (bench) => [...(await takeHere(bench)), ...(await takeOnServers(bench))],
};

async function takeHere(bench: Bench): Promise<Taken[]> {
  const stores = await Promise.all(ENTITIES.map(storeOf));
  const samples = ENTITIES.map((): number[] => []);
  for (const store of stores) await cpuOfChecks(store);
  for (let turn = 0; turn < SAMPLES[bench.mode]; turn++) {
    for (const [index, store] of stores.entries()) samples[index]?.push(await cpuOfChecks(store));
  }
  const limit = {what: `at ${ENTITIES[0]} entities`, samples: samples[0] ?? []};
  return ENTITIES.map((entities, index) => ({
    name: 'hash-check',
    notes: entities,
    samples: samples[index] ?? [],
    ...(index === 0 ? {} : {limit}),
  }));
}

/** A store whose buckets count so many leaves, drawn at random as hashes are. Rows aren't in it: the check never reads them. */
async function storeOf(entities: number): Promise<MemoryStore> {
  const buckets: Bucket[] = Array.from({length: BUCKET_COUNT}, () => EMPTY_BUCKET);
  for (let index = 0; index < entities; index++) {
    const leaf = randomBytes(LEAF_BYTES);
    const at = leaf[0] ?? 0;
    buckets[at] = addLeaf(buckets[at] ?? EMPTY_BUCKET, leaf);
  }
  const store = createMemoryStore();
  await store.transaction('write', (tx) => tx.putBuckets(buckets.map((bucket, index) => ({index, bucket}))));
  const root = await store.transaction('read', localRoot);
  if (root !== rootDigest((index) => buckets[index]))
    throw new Error('the root of the store is not that of its buckets');
  return store;
}

/** Milliseconds of one. */
async function cpuOfChecks(store: MemoryStore): Promise<number> {
  const before = process.cpuUsage();
  for (let check = 0; check < CHECKS_PER_SAMPLE; check++) await store.transaction('read', localRoot);
  const {user, system} = process.cpuUsage(before);
  return (user + system) / 1_000 / CHECKS_PER_SAMPLE;
}

async function takeOnServers(bench: Bench): Promise<Taken[]> {
  const servers = [];
  for (const notes of bench.sizes) servers.push({notes, server: await bench.filled(notes)});
  try {
    const asked = [];
    for (const {notes, server} of servers)
      asked.push({notes, replica: await signIn(server.address), samples: [] as number[]});
    for (let turn = 0; turn < HELLOS[bench.mode]; turn++) {
      for (const {replica, samples} of asked) {
        const startMs = performance.now();
        await replica.hello();
        samples.push(performance.now() - startMs);
      }
    }
    const [first] = asked;
    return asked.map(({notes, samples}) => ({
      name: 'hello',
      notes,
      samples,
      ...(first === undefined || notes === first.notes
        ? {}
        : {limit: {what: `with ${first.notes} notes`, samples: first.samples}}),
    }));
  } finally {
    for (const {server} of servers) await server.remove();
  }
}
