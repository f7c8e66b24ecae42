/**
 * A notebook in use becomes one with an account (design section 6, "Joining"): before anything is sent, each row is made ready for it, a part at a
 * time, in transactions of their own. A kill at any await leaves the rest to the next round.
 *
 * 1. A row that was made ready is known to no server, and waits with base none; so does whatever is written meanwhile, as long as its turn hasn't come.
 * 2. What leaves a part of the notebook out, or puts it elsewhere, is said by the rules alone (src/notes/joining.ts); of texts nothing is left out.
 * 3. What was deleted in this notebook is no deletion of the account's: it stays, with all that belongs to it, in this device's own "Recently deleted".
 *    Not where somebody is still asked whether to bring it back: the question goes along.
 */

import {isErased, isOpenConflict, KINDS, type Ref, refKey} from '../../protocol/entity.ts';
import type {EntityChange} from './changes.ts';
import {inspect} from './inspect.ts';
import {keepAsDeleted} from './let-go.ts';
import {writingBy} from './local-version.ts';
import type {EntityRow, FateInAccount, NoteOf, OutboxRow, ReplicaState, StoreTx} from './ports.ts';
import type {RoundPorts} from './round-ports.ts';
import {DAMAGED_HERE} from './unresolved.ts';
import {Workset} from './workset.ts';
import {writeChanges} from './writer.ts';

interface JoinPorts extends Pick<RoundPorts, 'store' | 'time' | 'noteOf' | 'readLifetimes'> {
  readonly fateInAccount: FateInAccount;
  readonly rowsAtOnce: number;
}

const ROWS_AT_ONCE = 400;

/** What makes a notebook ready; does nothing where nothing is to be joined. */
export function readyBy(fateInAccount: FateInAccount, rowsAtOnce = ROWS_AT_ONCE): (ports: RoundPorts) => Promise<void> {
  return async (ports) => {
    const {store, time} = ports;
    const joinPorts = {...ports, fateInAccount, rowsAtOnce};
    while ((await store.transaction('write', (tx) => makeSomeReady(tx, joinPorts, time.wallMs()))) === 'more');
  };
}

async function makeSomeReady(tx: StoreTx, ports: JoinPorts, wallMs: number): Promise<'more' | 'done'> {
  const state = await tx.state();
  if (!state?.joining) return 'done';
  const {joining} = state;
  const refs = await refsAfter(tx, joining.after, ports.rowsAtOnce);
  const last = refs.at(-1);
  if (last === undefined) {
    await tx.putState({...state, joining: null});
    return 'done';
  }
  const ws = new Workset(tx);
  await ws.load(refs);
  const rows = refs.flatMap((ref) => ws.entity(ref) ?? []);
  const own = joining.how === 'add' ? await findDeleted(tx, rows, ports.noteOf) : new Set<string>();
  const {deletedMs} = await ports.readLifetimes(tx);
  const gone: Ref[] = [];
  const changes: EntityChange[] = [];
  for (const row of rows) {
    if (own.has(refKey(row))) {
      const of = ports.noteOf(row);
      const belongs = of === null || of === row.id ? {} : {of};
      keepAsDeleted(ws, row, {type: 'tombstone', eraseAfterMs: deletedMs, ...belongs}, writingBy(state, wallMs));
      continue;
    }
    const fate = fateOf(row, state, ports);
    ws.setEntity({...row, known: null});
    ws.setOutbox(row, isErased(row) ? undefined : waiting(row, ws, wallMs));
    if (fate !== 'send') gone.push(row);
    if (typeof fate === 'object') changes.push(...fate);
  }
  await ws.flush();
  await remove(tx, gone);
  if (changes.length > 0) await writeChanges(tx, changes, wallMs, ports);
  const ownDeletedMs = own.size > 0 ? wallMs : (state.ownDeletedMs ?? null);
  await tx.putState({...state, ownDeletedMs, joining: {...joining, after: last}});
  return 'more';
}

type Fate = ReturnType<JoinPorts['fateInAccount']>;

function fateOf(row: EntityRow, {replica, deviceName, joining}: ReplicaState, {fateInAccount}: JoinPorts): Fate {
  if (!joining || joining.how === 'fill') return 'send';
  return fateInAccount(row, {replica, deviceName, accountId: joining.accountId});
}

/** Those that were deleted, or belong to a note that was, and of which no conflict is open. */
async function findDeleted(tx: StoreTx, rows: readonly EntityRow[], noteOf: NoteOf): Promise<ReadonlySet<string>> {
  const noteIds = new Set(rows.flatMap((row) => noteOf(row) ?? []));
  const notes = await tx.entities([...noteIds].map((id) => ({kind: 'note', id})));
  const gone = new Set(notes.flatMap((note) => (note?.deleted ? [note.id] : [])));
  const deleted = rows.filter((row) => row.deleted || gone.has(noteOf(row) ?? ''));
  const inQuestion = (row: EntityRow) => [row.id, noteOf(row) ?? row.id];
  const asked = new Set<string>();
  for (const id of new Set(deleted.filter((row) => !isErased(row)).flatMap(inQuestion)))
    if ((await tx.revisionsOf(id)).some(({meta}) => isOpenConflict(meta))) asked.add(id);
  return new Set(deleted.filter((row) => !inQuestion(row).some((id) => asked.has(id))).map(refKey));
}

/** Of one kind, the next in the order of kinds and ids. */
async function refsAfter(tx: StoreTx, after: Ref | null, limit: number): Promise<Ref[]> {
  for (const kind of KINDS.slice(after === null ? 0 : KINDS.indexOf(after.kind))) {
    const ids = await tx.ids(kind, after?.kind === kind ? after.id : null, limit);
    if (ids.length > 0) return ids.map((id) => ({kind, id}));
  }
  return [];
}

/** With the stamp that it has, where no edit waited: it is of the time when it was written. What is damaged is named, and holds nothing up. */
function waiting(row: EntityRow, ws: Workset, wallMs: number): OutboxRow {
  const {kind, id, stamp} = row;
  const queued = ws.outbox(row);
  const isDamaged = inspect({entity: row, body: ws.body(row), outbox: queued}, 'on_the_way') === 'damaged';
  const isFixed = queued === undefined || queued.sent.length > 0;
  return {
    kind,
    id,
    stamp,
    base: null,
    baseVersion: null,
    editedMs: queued?.editedMs ?? wallMs,
    queuedMs: queued?.queuedMs ?? wallMs,
    sent: isFixed ? [stamp] : [],
    theirs: null,
    tries: 0,
    parked: isDamaged ? DAMAGED_HERE : null,
    sendWhole: true,
  };
}

async function remove(tx: StoreTx, refs: readonly Ref[]): Promise<void> {
  if (refs.length === 0) return;
  await tx.deleteOutbox(refs);
  await tx.deleteBodies(refs);
  await tx.deleteEntities(refs);
}
