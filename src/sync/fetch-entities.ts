/** Entities by name, whatever the cursor: bodies that aren't here yet, what a repair asks for, what a screen wants first. */

import type {Ref} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {MAX_FETCH_REFS} from '../../protocol/limits.ts';
import {writingBy} from './local-version.ts';
import {storeRows} from './pulled-rows.ts';
import {type Ground, SAME_HISTORY} from './repair-ground.ts';
import type {RoundPorts} from './round-ports.ts';
import {decodeServerVersion} from './server-version.ts';
import {callOptions, linkOf} from './standing.ts';
import {Workset} from './workset.ts';

type FetchGround = Pick<Ground, 'asked' | 'strangerIn' | 'fetched'>;

/** Gets entities by name, however many, whatever the cursor: bodies that aren't here yet. */
export async function fetchEntities(
  ports: RoundPorts,
  refs: readonly Ref[],
  ground: FetchGround = SAME_HISTORY,
): Promise<Result<void>> {
  for (let at = 0; at < refs.length; at += MAX_FETCH_REFS) {
    const fetched = await fetchSome(ports, refs.slice(at, at + MAX_FETCH_REFS), ground);
    if (!fetched.ok) return fetched;
  }
  return ok(undefined);
}

/** What doesn't fit into one answer comes in two. */
async function fetchSome(ports: RoundPorts, refs: readonly Ref[], ground: FetchGround): Promise<Result<void>> {
  const fetched = await fetchAtOnce(ports, refs, ground);
  if (fetched.ok || fetched.error.type !== 'too_large' || refs.length === 1) return fetched;
  const half = Math.ceil(refs.length / 2);
  const first = await fetchSome(ports, refs.slice(0, half), ground);
  return first.ok ? fetchSome(ports, refs.slice(half), ground) : first;
}

async function fetchAtOnce(ports: RoundPorts, refs: readonly Ref[], ground: FetchGround): Promise<Result<void>> {
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
