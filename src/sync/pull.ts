/**
 * Pull: pages of what others changed, in the server's order (design section 5.3 and "First sync"). A page, its digest and
 * the place from which to go on are one transaction, stored only if that place is still the one it was asked with.
 */

import {hasBody} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {CallAnswer, LaneBody} from '../../protocol/messages.ts';
import {decodePart} from '../../protocol/wire.ts';
import {fetchEntities} from './fetch-entities.ts';
import {type Writing, writingBy} from './local-version.ts';
import type {BodyRow, HashAll, ReplicaState, StoreTx} from './ports.ts';
import {getsOn, isStillAt, moved, nextPlace, type Place, placeOf, requestOf} from './pull-place.ts';
import {storeBody, storeFirstBodies, storeRows} from './pulled-rows.ts';
import type {RoundPorts} from './round-ports.ts';
import {decodeServerVersion, type ServerVersion} from './server-version.ts';
import {callOptions, isPausedSince, type LinkedState, linkOf, type Standing, strangerIn, withSeen} from './standing.ts';
import {Workset} from './workset.ts';

type Page = CallAnswer<'pull'>;

/** A page whose rows are what they name; `bodies` without those that aren't. */
interface CheckedPage {
  readonly page: Page;
  readonly versions: readonly ServerVersion[];
  readonly bodies: readonly BodyRow[];
}

/**
 * Pulls until the cursor is at the head that the last page was read with, or sync is paused; the standing of the last page. `state`: as
 * it is now.
 */
export async function pullAll(ports: RoundPorts, state: ReplicaState | undefined): Promise<Result<Standing>> {
  const link = linkOf(state);
  if (!link.ok) return link;
  const place = placeOf(link.value);
  if (place === null) return failed({type: 'server_error', message: 'a pull without a cursor'});
  const pages = new PagesAhead(ports, link.value);
  let asked = pages.ask(place);
  for (;;) {
    const {place, answer, next} = await asked;
    if (!answer.ok) return answer;
    const texts = await fetchAbsent(ports, place, answer.value.versions);
    if (!texts.ok) return texts;
    const stored = await storePage(ports, place, answer.value);
    if (!stored.ok) return stored;
    if (next === null || isPausedSince(state, stored.value)) return ok(answer.value.page);
    pages.goOn(stored.value);
    asked = next;
  }
}

/**
 * Texts that the server leaves out, as this device had them, and that aren't here: what was erased in a history that is over may be
 * back in this one.
 */
async function fetchAbsent(ports: RoundPorts, place: Place, versions: readonly ServerVersion[]): Promise<Result<void>> {
  if (place.lane !== 'all') return ok(undefined); // lanes bring texts apart
  const leftOut = versions.filter(({kind, parts, body}) => hasBody(kind) && body === null && parts.body !== EMPTY_HASH);
  if (leftOut.length === 0) return ok(undefined);
  const bodies = await ports.store.transaction('read', (tx) => tx.bodies(leftOut));
  return fetchEntities(
    ports,
    leftOut.filter(({parts}, i) => bodies[i]?.hash !== parts.body),
  );
}

interface Asked {
  readonly place: Place;
  readonly answer: Result<CheckedPage>;
  /** Of the page after it; null after the last, and where this one failed. */
  readonly next: Promise<Asked> | null;
}

const MAX_PAGES_AHEAD = 2;

/**
 * While a page is stored, the next ones are on their way and checked: each is asked for as soon as the one before it is answered,
 * at most two before the one that is being stored.
 */
class PagesAhead {
  readonly #ports: RoundPorts;
  #link: LinkedState;
  #free = 1 + MAX_PAGES_AHEAD;
  #resume = () => {};

  constructor(ports: RoundPorts, link: LinkedState) {
    this.#ports = ports;
    this.#link = link;
  }

  async ask(place: Place): Promise<Asked> {
    if (this.#free === 0) await new Promise<void>((resolve) => (this.#resume = resolve));
    this.#free -= 1;
    const answer = await this.#ports.transport.call('pull', requestOf(this.#link, place), callOptions(this.#link));
    if (!answer.ok) return {place, answer, next: null};
    const onward = nextPlace(place, answer.value);
    const next = onward === null ? null : this.ask(onward);
    next?.catch(() => undefined); // told where it is awaited
    return {place, answer: await checkPage(this.#ports, answer.value), next};
  }

  /** One more is stored; with what the server is to be asked by from now on. */
  goOn(link: LinkedState): void {
    this.#link = link;
    this.#free += 1;
    this.#resume();
  }
}

async function checkPage({hashAll}: RoundPorts, page: Page): Promise<Result<CheckedPage>> {
  const versions = page.rows.map(decodeServerVersion);
  const damaged = page.rows.find((_, i) => versions[i] === 'damaged');
  if (damaged) return failed({type: 'damaged_answer', message: `${damaged.kind} ${damaged.id} arrived damaged`});
  return ok({page, versions: versions as ServerVersion[], bodies: await soundBodies(page.bodies, hashAll)});
}

/** By what the server is to be asked from now on. */
async function storePage({store, time}: RoundPorts, place: Place, checked: CheckedPage): Promise<Result<LinkedState>> {
  const {page} = checked;
  return store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) return failed({type: 'not_set_up', message: 'the notebook was removed'});
    const stranger = strangerIn(state, page);
    if (stranger !== undefined) return failed(stranger);
    if (!isStillAt(state, place)) return linkOf(state);
    if (!getsOn(place, page))
      return failed({type: 'server_error', message: 'a page that isn’t the last names no next one'});
    await storeContent({tx, place, writing: writingBy(state, time.wallMs())}, checked);
    const next = withSeen(moved(state, place, page, bytesIn(checked)), page);
    await tx.putState(next);
    return linkOf(next);
  });
}

async function storeContent(
  {tx, place, writing}: {readonly tx: StoreTx; readonly place: Place; readonly writing: Writing},
  {versions, bodies}: CheckedPage,
): Promise<void> {
  const ws = new Workset(tx);
  const others = await storeFirstBodies(tx, bodies);
  await ws.load(others);
  await storeRows(ws, versions, writing);
  for (const body of others) storeBody(ws, body, body);
  await ws.flush(place.lane === 'all' ? 'row by row' : 'packing');
}

function bytesIn({versions, bodies}: CheckedPage): number {
  const parts = [...versions.flatMap(({data, body}) => [data, body]), ...bodies.map(({body}) => body)];
  return parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
}

/** In their order, without those that are damaged. */
async function soundBodies(received: readonly LaneBody[], hashAll: HashAll): Promise<BodyRow[]> {
  const decoded = received.flatMap(({kind, id, hash, body: part}) => {
    const body = hasBody(kind) ? decodePart(part) : undefined;
    return body === undefined ? [] : [{kind, id, hash, body}];
  });
  const hashes = await hashAll(decoded.map(({body}) => body));
  return decoded.filter(({hash}, i) => hashes[i] === hash);
}
