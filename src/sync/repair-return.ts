/**
 * The second half of a repair: what the server lacks, or has lower, is given back with its old stamp, in batches (design section 8).
 * What isn't whole here is asked for instead, as the server may have erased it.
 */

import {bucketOf} from '../../protocol/digest.ts';
import {type Ref, refKey} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_FETCH_REFS, MAX_PUSH_ENTITIES, PUSH_BATCH_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer, PulledEntity} from '../../protocol/messages.ts';
import {encodeVersion} from '../../protocol/wire.ts';
import {asAbsent} from './inspect.ts';
import type {StoreTx} from './ports.ts';
import {recount} from './recount.ts';
import type {Ground} from './repair-ground.ts';
import {heldAsKnown, takeRows} from './repair-rows.ts';
import type {RoundPorts} from './round-ports.ts';
import {decodeServerVersion} from './server-version.ts';
import {callOptions, linkOf, type Standing} from './standing.ts';
import {Workset} from './workset.ts';

export interface Returned {
  /** Of the last answer; null where there was nothing to say. */
  readonly standing: Standing | null;
  /** Versions that were given back. */
  readonly count: number;
  /** Of those that the server refused: what turned out to be damaged here, and what didn't. Neither counts any more. */
  readonly damaged: readonly Ref[];
  readonly refused: readonly Ref[];
}

export async function returnRows(
  ports: RoundPorts,
  ground: Ground,
  refs: readonly Ref[],
  buckets: readonly number[],
): Promise<Result<Returned>> {
  const learned = await learnOfTheRest(ports, ground, refs);
  if (!learned.ok) return learned;
  const rest = refs.filter((ref) => !learned.value.has(refKey(ref)));
  let standing: Standing | null = null;
  let asked = buckets;
  let count = 0;
  const refused: Ref[] = [];
  for await (const batch of batchesOf(ports, rest)) {
    if (batch.length === 0 && asked.length === 0) break;
    const answer = await callRepair(ports, ground, asked, batch);
    if (!answer.ok) return answer;
    standing = answer.value;
    count += batch.length;
    refused.push(...batch.filter((_, i) => answer.value.verdicts[i]?.type === 'rejected'));
    asked = [];
  }
  return ok({standing, count: count - refused.length, ...(await countNoMore(ports, refused))});
}

/**
 * What the server refuses can't be brought across: it counts no longer, so that both sides can be equal, and is named. Before that it
 * is looked at once more, as what is damaged is set aside while it counts.
 */
async function countNoMore(ports: RoundPorts, refs: readonly Ref[]): Promise<Pick<Returned, 'damaged' | 'refused'>> {
  if (refs.length === 0) return {damaged: [], refused: []};
  const {damaged} = await recount(ports, [...new Set(refs.map(({id}) => bucketOf(id)))], () => undefined);
  const isDamaged = new Set(damaged.map(refKey));
  const refused = refs.filter((ref) => !isDamaged.has(refKey(ref))).map(({kind, id}) => ({kind, id}));
  await ports.store.transaction('write', async (tx) => {
    const ws = new Workset(tx);
    await ws.load(refused);
    for (const ref of refused) {
      const entity = ws.entity(ref);
      if (entity !== undefined) ws.setEntity(asAbsent(entity));
    }
    await ws.flush();
  });
  return {damaged, refused};
}

/**
 * What isn't whole here can't be given back. The server may have erased it, which no digest counts and no lane of a first sync
 * has: else its deletion would stay here without its text. Names what the server told of.
 */
async function learnOfTheRest(
  ports: RoundPorts,
  ground: Ground,
  refs: readonly Ref[],
): Promise<Result<ReadonlySet<string>>> {
  const {store, transport, time} = ports;
  const {state, rest} = await store.transaction('read', async (tx) => {
    const ws = new Workset(tx);
    await ws.load(refs);
    const isLeft = (ref: Ref) => ws.entity(ref)?.known != null && heldAsKnown(ws, ref) === undefined;
    return {state: await tx.state(), rest: refs.filter(isLeft).slice(0, MAX_FETCH_REFS)};
  });
  const link = linkOf(state);
  if (!link.ok) return link;
  if (rest.length === 0) return ok(new Set());
  const request = {...ground.asked(link.value), refs: rest.map(({kind, id}) => ({kind, id}))};
  const answer = await transport.call('fetch', request, callOptions(link.value));
  if (!answer.ok) return answer;
  const told = answer.value.rows.map(decodeServerVersion).filter((version) => version !== 'damaged');
  return store.transaction('write', async (tx) => {
    const now = await tx.state();
    if (now === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = ground.strangerIn(now, answer.value);
    if (stranger !== undefined) return failed(stranger);
    await takeRows(tx, told, time.wallMs());
    return ok(new Set(told.map(refKey)));
  });
}

/** A copy may lack all of a large notebook, texts and all: so many are in memory at a time, and those of one request. */
const READ_AT_ONCE = 100;

/** One at least, also an empty one, so that buckets without entities are asked for too. */
async function* batchesOf(ports: RoundPorts, refs: readonly Ref[]): AsyncGenerator<PulledEntity[], void> {
  let batch: PulledEntity[] = [];
  let bytes = 0;
  for (let at = 0; at < refs.length; at += READ_AT_ONCE) {
    for (const entity of await versionsToReturn(ports, refs.slice(at, at + READ_AT_ONCE))) {
      const size = JSON.stringify(entity).length;
      if (batch.length > 0 && (bytes + size > PUSH_BATCH_BYTES || batch.length >= MAX_PUSH_ENTITIES)) {
        yield batch;
        [batch, bytes] = [[], 0];
      }
      batch.push(entity);
      bytes += size;
    }
  }
  yield batch;
}

/** As the server had them. Of an entity that waits that is its base; where that isn't here it counts no longer. */
async function versionsToReturn({store}: RoundPorts, refs: readonly Ref[]): Promise<PulledEntity[]> {
  if (refs.length === 0) return [];
  return store.transaction('write', async (tx) => {
    const ws = new Workset(tx);
    await ws.load(refs);
    const entities: PulledEntity[] = [];
    for (const ref of refs) {
      const entity = ws.entity(ref);
      if (entity?.known == null) continue;
      const had = heldAsKnown(ws, ref);
      if (had) entities.push({...encodeVersion(had), seq: entity.known.seq});
      else ws.setEntity(asAbsent(entity));
    }
    await ws.flush();
    return entities;
  });
}

async function callRepair(
  ports: RoundPorts,
  ground: Ground,
  buckets: readonly number[],
  entities: readonly PulledEntity[],
): Promise<Result<CallAnswer<'repair'>>> {
  const {store, transport, time} = ports;
  const link = linkOf(await store.transaction('read', (tx) => tx.state()));
  if (!link.ok) return link;
  const request = {...ground.asked(link.value), buckets: [...buckets], entities: [...entities]};
  const answer = await transport.call('repair', request, callOptions(link.value));
  if (!answer.ok) return answer;
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = ground.strangerIn(state, answer.value);
    if (stranger !== undefined) return failed(stranger);
    await storeVerdicts(tx, answer.value, time.wallMs());
    await tx.putState(ground.returned(state, answer.value));
    return ok(answer.value);
  });
}

async function storeVerdicts(tx: StoreTx, {verdicts}: CallAnswer<'repair'>, wallMs: number): Promise<void> {
  const kept = verdicts.flatMap((verdict) => (verdict.type === 'kept' ? [decodeServerVersion(verdict.current)] : []));
  await takeRows(
    tx,
    kept.filter((version) => version !== 'damaged'),
    wallMs,
  );
  const stored = verdicts.flatMap((verdict) => (verdict.type === 'stored' ? [verdict] : []));
  const ws = new Workset(tx);
  await ws.load(stored);
  for (const {seq, stamp, ...ref} of stored) {
    const entity = ws.entity(ref);
    if (entity?.known?.stamp === stamp) ws.setEntity({...entity, known: {...entity.known, seq}});
  }
  await ws.flush();
}
