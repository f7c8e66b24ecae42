/**
 * A push: one write transaction, judged entity by entity in their order. What doesn't decode is rejected alone; a push that
 * names an entity twice, or whose answer would be too large, is refused whole. A push that changes nothing makes no commit.
 */

import * as z from 'zod/mini';
import {refKey} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_PUSH_STAMPS} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, PushVerdict} from '../../protocol/messages.ts';
import {pushedEntitySchema} from '../../protocol/requests.ts';
import {decodeVersion} from '../../protocol/wire.ts';
import {openCommit} from './commit.ts';
import type {Court, Pushed} from './court.ts';
import {checkHistory} from './history.ts';
import {judge} from './judge.ts';
import {nativeHashOf} from './native-hash.ts';
import {type CorePorts, type Device, wireError} from './ports.ts';
import {faultsIn, nameIn, rejected} from './rejected.ts';
import {answered, createSupply, type Outcome} from './supply.ts';

export async function push(
  ports: CorePorts,
  {accountId}: Device,
  request: CallRequest<'push'>,
): Promise<Outcome<CallAnswer<'push'>>> {
  if (countSent(request.entities) > MAX_PUSH_STAMPS)
    return {answer: failed(wireError('too_large', 'too many sent stamps at once')), commit: 'unchanged'};
  const decoded = request.entities.map(decodePushed);
  if (namesTwice(decoded))
    return {answer: failed(wireError('malformed', 'a push names each entity once')), commit: 'unchanged'};
  const writing = ports.storage.write<Outcome<CallAnswer<'push'>>>(accountId, async (tx) => {
    const otherHistory = await checkHistory(tx, accountId, request.history);
    if (otherHistory !== undefined) return {answer: failed(otherHistory), commit: 'unchanged'};
    const commit = await openCommit(tx, accountId, ports);
    const court: Court = {tx, accountId, commit, nowMs: ports.now(), log: ports.log, ...createSupply()};
    const verdicts: PushVerdict[] = [];
    for (const entity of decoded) verdicts.push(entity.ok ? await judge(court, entity.value) : entity.error);
    const {outcome, standing} = await commit.close();
    return {answer: ok({...standing, before: commit.before, verdicts}), commit: outcome};
  });
  return answered(writing);
}

/** Each would be answered with all of the current version. */
function namesTwice(decoded: readonly Result<Pushed, PushVerdict>[]): boolean {
  const keys = decoded.flatMap((entity) => (entity.ok ? [refKey(entity.value.version)] : []));
  return new Set(keys).size < keys.length;
}

function countSent(entities: readonly unknown[]): number {
  return entities.reduce<number>((sum, raw) => {
    const sent = typeof raw === 'object' && raw !== null && 'sent' in raw ? raw.sent : undefined;
    return sum + (Array.isArray(sent) ? sent.length : 0);
  }, 0);
}

function decodePushed(raw: unknown): Result<Pushed, PushVerdict> {
  const parsed = z.safeParse(pushedEntitySchema, raw);
  if (!parsed.success) return failed(rejected(nameIn(raw), 'malformed_entity', faultsIn(parsed.error)));
  const {base, sent, ...wire} = parsed.data;
  const version = decodeVersion(wire, nativeHashOf);
  if (!version.ok) return failed(rejected(wire, version.error.type, version.error.message));
  return ok({version: version.value, base, sent});
}
