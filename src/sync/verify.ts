/**
 * What follows when both sides don't hold the same, found by a round or asked for by "Verify everything": repairs, three at
 * most, then the difference is told and left alone until something changes. Never an endless loop.
 */

import type {Ref} from '../../protocol/entity.ts';
import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import type {VerifyProgress} from './api.ts';
import type {Store, Verification} from './ports.ts';
import {ALL_BUCKETS, recount} from './recount.ts';
import {type Repaired, type RepairScope, repair} from './repair.ts';
import type {RoundPorts} from './round-ports.ts';
import {linkOf} from './standing.ts';
import {withDamaged} from './unresolved.ts';

const MAX_ATTEMPTS = 3;

/** After a hash check that found a difference: `error` is its outcome where it can't be repaired. */
export async function repairDifference(ports: RoundPorts, error: SyncError): Promise<Result<void>> {
  if (error.type !== 'hash_mismatch' || !(await mayRepair(ports.store))) return failed(error);
  const repaired = await repairUntilEqual(ports, 'differing');
  if (!repaired.ok) return repaired;
  if (repaired.value.outcome !== 'different') return ok(undefined);
  await giveUp(ports.store);
  return failed(error);
}

/**
 * Every hash of both sides, computed from the stored bytes. Run it under the round lock, with the cursor at the head. Where
 * the server can't be asked, this device alone is checked, and why is the second part of the answer.
 */
export async function verifyEverything(
  ports: RoundPorts,
  onProgress: (progress: VerifyProgress) => void,
): Promise<{readonly verification: Verification; readonly error: SyncError | null}> {
  const repaired = await repairUntilEqual(ports, 'everything', onProgress);
  const verification = await verificationOf(ports, repaired, onProgress);
  await ports.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state !== undefined) await tx.putState({...state, lastVerification: verification});
  });
  return {verification, error: repaired.ok ? null : repaired.error};
}

async function verificationOf(
  ports: RoundPorts,
  repaired: Result<Repaired>,
  onProgress: (progress: VerifyProgress) => void,
): Promise<Verification> {
  const atMs = ports.time.wallMs();
  if (!repaired.ok) {
    const {checked, mended, damaged} = await recount(ports, ALL_BUCKETS, (done, total) =>
      onProgress({phase: 'device', done, total}),
    );
    await nameDamaged(ports.store, damaged);
    return {atMs, result: 'device_only', checked, repaired: mended};
  }
  const {outcome, unresolved, checked, repaired: many} = repaired.value;
  return {atMs, result: resultOf(outcome, many, unresolved.length), checked, repaired: many};
}

function resultOf(outcome: Repaired['outcome'], repaired: number, unresolved: number): Verification['result'] {
  if (outcome === 'moved') return 'moved';
  if (outcome === 'different' || unresolved > 0) return 'unresolved';
  return repaired > 0 ? 'repaired' : 'equal';
}

/** Until a repair with the server finds them sound there. */
export async function nameDamaged(store: Store, damaged: readonly Ref[]): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) return;
    await tx.putState({...state, unresolved: withDamaged(state.unresolved, damaged)});
  });
}

/** The sum of all attempts, with the outcome of the last. */
async function repairUntilEqual(
  ports: RoundPorts,
  scope: RepairScope,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<Result<Repaired>> {
  let repairedBefore = 0;
  for (let attempt = 1; ; attempt++) {
    const result = await repair(ports, scope, onProgress ? {onProgress} : {});
    if (!result.ok) return result;
    const {outcome, repaired} = result.value;
    const sum = {...result.value, repaired: repairedBefore + repaired};
    if (outcome !== 'different' || attempt === MAX_ATTEMPTS) return ok(sum);
    repairedBefore += repaired;
  }
}

async function mayRepair(store: Store): Promise<boolean> {
  const state = await store.transaction('read', (tx) => tx.state());
  const link = linkOf(state);
  if (!link.ok) return false;
  const {givenUp, lastCheck} = link.value;
  return givenUp === null || givenUp.root !== lastCheck?.root || givenUp.serverRoot !== lastCheck.serverRoot;
}

async function giveUp(store: Store): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state?.lastCheck) {
      const {root, serverRoot} = state.lastCheck;
      await tx.putState({...state, givenUp: {root, serverRoot}});
    }
  });
}
