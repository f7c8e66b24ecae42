/**
 * The first thing that a returning device does (returning.ts): it pulls and compares, before anything is pushed. An edit that
 * waits tells which notes come back; pushed first, its outbox row would be gone when that is asked. The rows are counted
 * anew before: a digest that was damaged might hide what the server has forgotten, and when it is mended later nobody knows
 * any more that it was forgotten. What is damaged is counted no more, so that no difference tells of it: it is compared in any case.
 */

import {failed, ok, type Result} from '../../protocol/errors.ts';
import {checkHash} from './check.ts';
import {pullAll} from './pull.ts';
import {ALL_BUCKETS, recount} from './recount.ts';
import {repair} from './repair.ts';
import {isReturning} from './returning.ts';
import type {RoundPorts} from './round-ports.ts';
import type {Standing} from './standing.ts';
import {repairDifference} from './verify.ts';

/** Others go on writing meanwhile. */
const MAX_ATTEMPTS = 5;

/** A difference that can't be repaired doesn't hold up what waits: what was forgotten has been sorted out by then. */
export async function comeBack(ports: RoundPorts): Promise<Result<Standing>> {
  const stateNow = () => ports.store.transaction('read', (tx) => tx.state());
  const {damaged} = await recount(ports, ALL_BUCKETS, () => undefined);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const pulled = await pullAll(ports, await stateNow());
    if (!pulled.ok) return pulled;
    const compared = damaged.length > 0 ? await repair(ports, 'differing', {damaged}) : ok(null);
    if (!compared.ok) return compared;
    const checked = await checkHash(ports, pulled.value);
    const equal = checked.ok ? checked : await repairDifference(ports, checked.error);
    if (!equal.ok) return equal.error.type === 'hash_mismatch' ? ok(pulled.value) : equal;
    if (!isReturning(await stateNow())) return ok(pulled.value);
  }
  return failed({type: 'busy', message: 'the notes on the server keep changing'});
}
