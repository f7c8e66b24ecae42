/** Entities by name, whatever the cursor: bodies that aren't here yet, what a repair asks for, what a screen wants first. */

import type {Ref} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {writingBy} from './local-version.ts';
import {storeRows} from './pulled-rows.ts';
import {type Ground, SAME_HISTORY} from './repair-ground.ts';
import type {RoundPorts} from './round.ts';
import {decodeServerVersion} from './server-version.ts';
import {callOptions, linkOf} from './standing.ts';
import {Workset} from './workset.ts';

/** Gets entities by name, whatever the cursor: bodies that aren't here yet. */
export async function fetchEntities(
  ports: RoundPorts,
  refs: readonly Ref[],
  ground: Pick<Ground, 'asked' | 'strangerIn' | 'fetched'> = SAME_HISTORY,
): Promise<Result<void>> {
  const link = linkOf(await ports.store.transaction('read', (tx) => tx.state()));
  if (!link.ok) return link;
  const state = link.value;
  const request = {...ground.asked(state), refs: [...refs]};
  const answer = await ports.transport.call('fetch', request, callOptions(state));
  if (!answer.ok) return answer;
  const versions = answer.value.rows.map(decodeServerVersion);
  return ports.store.transaction('write', async (tx) => {
    const now = await tx.state();
    if (now === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = ground.strangerIn(now, answer.value);
    if (stranger !== undefined) return failed(stranger);
    await tx.putState(ground.fetched(now, answer.value));
    const ws = new Workset(tx);
    await storeRows(
      ws,
      versions.filter((version) => version !== 'damaged'),
      writingBy(now, ports.time.wallMs()),
    );
    await ws.flush();
    return ok(undefined);
  });
}
