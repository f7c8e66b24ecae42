/** Entities by name, whole. */

import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_ANSWER_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, PulledEntity} from '../../protocol/messages.ts';
import {readDisplaced} from './displaced.ts';
import {encodeRow} from './encode.ts';
import {readStanding} from './history.ts';
import {type CorePorts, type Device, wireError} from './ports.ts';
import {isSound} from './sound.ts';

/** An answer that would be too large is refused, not cut: what is left out means that the server lacks it. */
export async function fetchEntities(
  {storage, log}: CorePorts,
  {accountId}: Device,
  {refs}: CallRequest<'fetch'>,
): Promise<Result<CallAnswer<'fetch'>>> {
  return storage.read(async (tx) => {
    const standing = await readStanding(tx, accountId);
    const displacedBy = await readDisplaced(tx, accountId);
    const rows: PulledEntity[] = [];
    let bytes = 0;
    for (const ref of refs) {
      const row = await tx.entity(accountId, ref);
      if (row === undefined) continue;
      bytes += row.data.length + (row.body?.length ?? 0);
      if (bytes > MAX_ANSWER_BYTES) return failed(wireError('too_large', 'ask for fewer entities at once'));
      if (isSound(row)) rows.push(encodeRow(row, {}, await displacedBy(row)));
      else log('error', 'a stored row fails its own hash and is not served', {accountId, ...ref});
    }
    return ok({...standing, rows});
  });
}
