/** What must hold once everything is healed. Each is computed from the rows, not from what the programs say of them. */

import {utf8Text} from '../protocol/bytes.ts';
import {addLeaf, bucketOf, EMPTY_BUCKET, isCounted, leafOf, rootDigest} from '../protocol/digest.ts';
import {type Head, isErased, KINDS, type Ref, refKey} from '../protocol/entity.ts';
import {EMPTY_HASH, hashOf} from '../protocol/hash.ts';
import {ROOT_NOTE_ID} from '../protocol/ids.ts';
import {readBranch, readNote} from '../src/notes/note-data.ts';
import {buildTree, type Tree} from '../src/notes/tree.ts';
import {isOwnDeleted} from '../src/sync/inspect.ts';
import type {Replica} from './replica.ts';
import type {SimServer} from './server.ts';
import {type Truth, versionOf} from './truth.ts';
import {Violation, type Witness} from './witness.ts';

interface Side {
  readonly name: string;
  readonly heads: readonly Head[];
  readonly textOf: (head: Head) => string | null;
}

export interface Healed {
  readonly server: SimServer;
  readonly replicas: readonly Replica[];
  readonly truth: Truth;
  readonly witness: Witness;
}

export function checkInvariants({server, replicas, truth, witness}: Healed): void {
  const there = serverSide(server);
  const here = replicas.map(replicaSide);
  for (const replica of replicas) isAtRest(replica);
  for (const side of here) sameRows(side, there);
  for (const side of [there, ...here]) textsAreWhole(side);
  const root = rootOf(there.heads);
  for (const {headSeq: _, ...document} of server.storage.tables.documents.values()) {
    equal('the server’s root', document.root, root);
  }
  for (const {name, store} of replicas) {
    const {buckets} = store.snapshot();
    equal(
      `the root of ${name}`,
      rootDigest((index) => buckets.get(index)),
      root,
    );
  }
  everyVersionHasAWriter(there, witness);
  nothingIsLost([there, ...replicas.map(deletedSide)], truth);
  nothingRegressed(there, truth);
  const shown = here.map(treeOf);
  for (const tree of shown) equal('a tree', tree, shown[0]);
}

/** Everything that `work` must leave as it is. */
export function restOf(server: SimServer, replicas: readonly Replica[]): string {
  const heads = [...server.storage.tables.documents.values()].map(({headSeq}) => headSeq);
  const rows = replicas.map(({store}) => {
    const {entities, bodies, outbox, buckets} = store.snapshot();
    return [
      [...entities.values()].filter((row) => !isOwnDeleted(row)).map(({stamp, hash, known}) => [stamp, hash, known]),
      [...bodies.keys()].filter((key) => !isOwnDeleted(entities.get(key))),
      [...outbox],
      [...buckets],
    ];
  });
  return JSON.stringify([heads, rows]);
}

function isAtRest({name, store}: Replica): void {
  const {outbox, state} = store.snapshot();
  const waiting = [...outbox.values()].map(({kind, id, parked, tries, stamp}) => [kind, id, stamp, tries, parked]);
  if (waiting.length > 0) throw new Violation('changes still wait', `${name} ${JSON.stringify(waiting)}`);
  if (state?.problem != null) throw new Violation('a problem is left', `${name} ${JSON.stringify(state.problem)}`);
}

function serverSide({storage}: SimServer): Side {
  const rows = [...storage.tables.entities.values()].flatMap((of) => [...of.values()].map(({row}) => row));
  const bodyByKey = new Map(rows.map((row) => [refKey(row), row.body]));
  return {
    name: 'the server',
    heads: rows,
    textOf: (head) => utf8Text(bodyByKey.get(refKey(head)) ?? new Uint8Array(0)) ?? null,
  };
}

function replicaSide({name, store}: Replica): Side {
  const {entities, bodies} = store.snapshot();
  return {
    name,
    heads: [...entities.values()].filter((row) => !isOwnDeleted(row)),
    textOf(head) {
      if (head.parts.body === EMPTY_HASH) return '';
      const row = bodies.get(refKey(head));
      return row?.hash === head.parts.body && hashOf(row.body) === row.hash ? (utf8Text(row.body) ?? null) : null;
    },
  };
}

/** This device's own "Recently deleted". */
function deletedSide(replica: Replica): Side {
  const heads = [...replica.store.snapshot().entities.values()].filter(isOwnDeleted);
  return {...replicaSide(replica), name: `${replica.name}, deleted`, heads};
}

function sameRows({name, heads}: Side, there: Side): void {
  // A first sync leaves out what is erased.
  const lines = (rows: readonly Head[]) =>
    rows
      .filter((row) => !isErased(row))
      .map((row) => `${refKey(row)} ${row.stamp} ${row.hash} ${row.deleted}`)
      .sort()
      .join('\n');
  equal(`the rows of ${name}`, lines(heads), lines(there.heads));
}

function textsAreWhole(side: Side): void {
  for (const head of side.heads) {
    if (!isText(head)) continue;
    const text = side.textOf(head);
    if (text === null || (head.parts.body !== EMPTY_HASH && text === '')) {
      throw new Violation('a text is missing', `${side.name} ${refKey(head)}`);
    }
  }
}

/** A stamp that no device ever pushed was made up on the way; a revision has that of the version that it keeps. */
function everyVersionHasAWriter({heads}: Side, witness: Witness): void {
  for (const head of heads) {
    const isKnown = [head, ...keptBy(head)].some((ref) => witness.wasPushed(ref, head.stamp));
    if (!isKnown) throw new Violation('a version that nobody wrote', `${head.kind} ${head.id} ${head.stamp}`);
  }
}

/** What a revision is of; one that was erased doesn't say of which kind. */
function keptBy({kind, meta}: Head): Ref[] {
  if (meta?.type === 'revision') return [{kind: meta.ofKind, id: meta.of}];
  const {of} = meta ?? {};
  return kind === 'revision' && of !== undefined ? KINDS.map((one) => ({kind: one, id: of})) : [];
}

function rootOf(heads: readonly Head[]): string {
  const buckets = new Map<number, typeof EMPTY_BUCKET>();
  for (const head of heads) {
    if (!isCounted(head)) continue;
    const index = bucketOf(head.id);
    buckets.set(index, addLeaf(buckets.get(index) ?? EMPTY_BUCKET, leafOf(head)));
  }
  return rootDigest((index) => buckets.get(index));
}

function nothingIsLost(sides: readonly Side[], truth: Truth): void {
  const kept = new Set<string>();
  for (const side of sides) {
    for (const head of side.heads.filter(isText)) {
      if (isMerged(head)) continue; // nobody is shown it: what it has must be in what it was merged into
      kept.add(readNote(head.data)?.title ?? '');
      kept.add(side.textOf(head) ?? '');
    }
  }
  const lost = truth.lost(kept);
  if (lost.length > 0)
    throw new Violation(
      'a text is lost',
      `${lost.join(', ')}; ${JSON.stringify(sides.flatMap((side) => side.heads.filter(isText).map((h) => [side.name, h.kind, h.id, h.stamp, h.deleted, readNote(h.data)?.title, side.textOf(h), h.meta])))}`,
    );
}

function isText({kind}: Head): boolean {
  return kind === 'note' || kind === 'revision';
}

function isMerged({meta}: Head): boolean {
  return meta?.type === 'revision' && meta.state === 'merged';
}

/** What is current isn't what somebody has written over since, unless a person brought it back. */
function nothingRegressed(side: Side, truth: Truth): void {
  for (const head of side.heads) {
    if (head.kind !== 'note' || head.deleted || truth.broughtBack(head.id)) continue;
    const version = versionOf(head.id, readNote(head.data)?.title ?? '', side.textOf(head));
    if (truth.isOvertaken(version)) throw new Violation('an overtaken version is current', version);
  }
}

/** As every device shows it; each live note exactly once where the data says, or under "Unfiled". */
function treeOf({heads}: Side): string {
  const live = heads.filter(({deleted}) => !deleted);
  const notes = live.flatMap(({kind, id, data}) => (kind === 'note' ? [{id, title: readNote(data)?.title ?? ''}] : []));
  const branches = live.flatMap(({kind, id, data, stamp}) => {
    const branch = kind === 'branch' ? readBranch(data) : undefined;
    return branch === undefined ? [] : [{...branch, id, stamp}];
  });
  const tree = buildTree({notes, branches, complete: true, arriving: false});
  const seen = new Set([...reached(tree, [ROOT_NOTE_ID]), ...reached(tree, tree.unfiled)]);
  for (const {id} of notes) if (!seen.has(id)) throw new Violation('a note is shown nowhere', id);
  return [...seen].map((id) => [id, tree.children(id).map(({branchId}) => branchId)].join()).join('\n');
}

function reached(tree: Tree, from: readonly string[]): Set<string> {
  const seen = new Set<string>(from);
  for (const id of seen) for (const {noteId} of tree.children(id)) seen.add(noteId);
  return seen;
}

function equal(what: string, is: string | undefined, be: string | undefined): void {
  if (is !== be) throw new Violation(`${what} differs`, `\n${is}\n— expected\n${be}`);
}
