/**
 * A push: one write transaction, judged entity by entity in their order, so that the second of two with the same ref sees
 * what became of the first. What doesn't decode is rejected alone. A push that changes nothing makes no commit.
 */

import * as z from 'zod/mini';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_PUSH_STAMPS} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, PushVerdict} from '../../protocol/messages.ts';
import {pushedEntitySchema} from '../../protocol/requests.ts';
import {decodeVersion} from '../../protocol/wire.ts';
import {openCommit} from './commit.ts';
import type {Court, Pushed} from './court.ts';
import {checkHistory, readStanding} from './history.ts';
import {judge} from './judge.ts';
import {nativeHashOf} from './native-hash.ts';
import {type CorePorts, type Device, wireError} from './ports.ts';
import {nameIn, rejected} from './rejected.ts';

export interface PushOutcome {
  readonly answer: Result<CallAnswer<'push'>>;
  readonly commit: 'changed' | 'unchanged';
}

export async function push(ports: CorePorts, {accountId}: Device, request: CallRequest<'push'>): Promise<PushOutcome> {
  if (countSent(request.entities) > MAX_PUSH_STAMPS)
    return {answer: failed(wireError('too_large', 'too many sent stamps at once')), commit: 'unchanged'};
  const decoded = request.entities.map(decodePushed);
  return ports.storage.write(accountId, async (tx) => {
    const otherHistory = await checkHistory(tx, accountId, request.history);
    if (otherHistory !== undefined) return {answer: failed(otherHistory), commit: 'unchanged'};
    const commit = await openCommit(tx, accountId, ports);
    const court: Court = {tx, accountId, commit, nowMs: ports.now(), log: ports.log};
    const verdicts: PushVerdict[] = [];
    for (const entity of decoded) verdicts.push(entity.ok ? await judge(court, entity.value) : entity.error);
    const closed = await commit.close();
    const standing = await readStanding(tx, accountId);
    return {answer: ok({...standing, before: commit.before, verdicts}), commit: closed};
  });
}

function countSent(entities: readonly unknown[]): number {
  return entities.reduce<number>((sum, raw) => {
    const sent = typeof raw === 'object' && raw !== null && 'sent' in raw ? raw.sent : undefined;
    return sum + (Array.isArray(sent) ? sent.length : 0);
  }, 0);
}

function decodePushed(raw: unknown): Result<Pushed, PushVerdict> {
  const parsed = z.safeParse(pushedEntitySchema, raw);
  if (!parsed.success)
    return failed(rejected(nameIn(raw), 'malformed_entity', z.prettifyError(parsed.error).slice(0, 500)));
  const {base, sent, ...wire} = parsed.data;
  const version = decodeVersion(wire, nativeHashOf);
  if (!version.ok) return failed(rejected(wire, version.error.type, version.error.message));
  return ok({version: version.value, base, sent});
}
