import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {utf8Text} from '../../protocol/bytes.ts';
import {canonicalBytes} from '../../protocol/canonical.ts';
import type {Head} from '../../protocol/entity.ts';
import {readBranch, readNote, writeData} from '../notes/note-data.ts';
import {compareBranches} from '../notes/ordering.ts';
import {buildTree} from '../notes/tree.ts';
import type {Change} from '../sync/changes.ts';
import type {BranchHead} from './repositories.ts';
import {doomedNotes, planCreate, planDelete, planMove, planPlace, type Region, withTitle} from './structure-plan.ts';

/** `note<parent` places; the branch's id says the same. */
function place(text: string, key = 'a0'): BranchHead {
  const [note = '', parent = ''] = text.split('<');
  return {id: text, note, parent, key, stamp: '000000001-0000-abcd'};
}

function applied(branches: readonly BranchHead[], changes: readonly Change[]): BranchHead[] {
  const byId = new Map(branches.map((branch) => [branch.id, branch]));
  for (const change of changes) {
    if (change.kind !== 'branch') continue;
    const data = dataAfter(change, byId.get(change.id));
    const branch = data && readBranch(data);
    if (branch) byId.set(change.id, {...branch, id: change.id, stamp: '000000002-0000-abcd'});
    else byId.delete(change.id);
  }
  return [...byId.values()];
}

function dataAfter(change: Change, stored: BranchHead | undefined): Head['data'] | undefined {
  if (change.type === 'create') return change.data;
  if (change.type !== 'patch' || stored === undefined) return undefined;
  const {note, parent, key} = stored;
  return change.edit({data: writeData({note, parent, key})} as Head) ?? undefined;
}

function childrenOf(branches: readonly BranchHead[], parent: string): string[] {
  return branches
    .filter((branch) => branch.parent === parent)
    .sort(compareBranches)
    .map(({note}) => note);
}

describe('a new note', () => {
  it('is a note with its text and a place, in one list of changes', () => {
    const data = {title: 'New', type: 'text', mime: 'text/html', created: 5};
    const changes = planCreate(
      {noteId: 'n', branchId: 'b', parent: 'p', position: {after: 'x<p'}, data, text: 'héllo'},
      [place('x<p', 'a0'), place('y<p', 'a1')],
    );
    const [note] = changes;
    expect(note).toMatchObject({type: 'create', kind: 'note', id: 'n'});
    expect(note?.type === 'create' && utf8Text(note.body!)).toBe('héllo');
    expect(note?.type === 'create' && readNote(note.data)).toEqual(data);
    expect(childrenOf(applied([place('x<p', 'a0'), place('y<p', 'a1')], changes), 'p')).toEqual(['x', 'n', 'y']);
  });
});

describe('one more place', () => {
  it('is refused quietly where the note has one below this parent', () => {
    expect(planPlace({note: 'n', branchId: 'new', parent: 'p', position: 'last'}, [place('n<p')])).toEqual([]);
  });
});

describe('moving', () => {
  it('keeps what it doesn’t know about the branch', () => {
    const [change] = planMove(place('n<p'), 'q', 'last', []);
    const stored = {data: canonicalBytes({note: 'n', parent: 'p', key: 'a0', prefix: 'old', later: true})} as Head;
    expect(change?.type === 'patch' && readBranch(change.edit(stored)!)).toEqual({
      note: 'n',
      parent: 'q',
      key: 'a0',
      prefix: 'old',
      later: true,
    });
  });

  it('leaves a branch alone whose data isn’t ours', () => {
    const [change] = planMove(place('n<p'), 'q', 'last', []);
    expect(change?.type === 'patch' && change.edit({data: canonicalBytes([1])} as Head)).toBeNull();
  });

  it('to where it is writes nothing', () => {
    const siblings = [place('a<p', 'a0'), place('b<p', 'a1'), place('c<p', 'a2')];
    const [a, b, c] = siblings as [BranchHead, BranchHead, BranchHead];
    expect(planMove(a, 'p', 'first', siblings)).toEqual([]);
    expect(planMove(c, 'p', 'last', siblings)).toEqual([]);
    expect(planMove(b, 'p', {after: 'a<p'}, siblings)).toEqual([]);
    expect(planMove(b, 'p', {before: 'c<p'}, siblings)).toEqual([]);
    expect(planMove(b, 'p', {before: 'b<p'}, siblings)).toEqual([]);
  });

  it('to a parent where the note is already makes one place of the two', () => {
    const siblings = [place('a<q', 'a0'), place('n<q', 'a1')];
    const moved = place('n<p', 'a5');
    const after = applied([...siblings, moved], planMove(moved, 'q', 'first', siblings));
    expect(childrenOf(after, 'q')).toEqual(['n', 'a']);
    expect(after.map(({id}) => id)).toContain('n<p');
    expect(childrenOf(after, 'p')).toEqual([]);
  });

  it('comes out where it was told, whatever the keys, and leaves the order of the others', () => {
    const key = fc.constantFrom('a0', 'a1', 'a2', 'a0V', '', 'not a key');
    const position = fc.oneof(
      fc.constantFrom('first' as const, 'last' as const),
      fc.record({before: fc.nat(5).map((n) => `n${n}<p`)}),
      fc.record({after: fc.nat(5).map((n) => `n${n}<p`)}),
    );
    fc.assert(
      fc.property(
        fc.array(key, {minLength: 2, maxLength: 6}),
        fc.nat(5),
        position,
        fc.boolean(),
        (keys, n, to, isHere) => {
          const siblings = keys.map((one, index) => place(`n${index}<p`, one));
          const moved = isHere ? siblings[n % keys.length]! : place('m<q');
          const after = childrenOf(applied([...siblings, moved], planMove(moved, 'p', to, siblings)), 'p');
          const others = childrenOf(siblings, 'p').filter((note) => note !== moved.note);
          expect(after.filter((note) => note !== moved.note)).toEqual(others);
          if (isHere && typeof to === 'object' && Object.values(to)[0] === moved.id) return;
          expect(after.indexOf(moved.note)).toBe(expectedIndex(others, to));
        },
      ),
    );
  });

  function expectedIndex(others: string[], to: Parameters<typeof planMove>[2]): number {
    if (to === 'first') return 0;
    if (to === 'last') return others.length;
    const anchor = others.indexOf(('before' in to ? to.before : to.after).split('<')[0]!);
    if (anchor < 0) return others.length;
    return 'before' in to ? anchor : anchor + 1;
  }
});

describe('deleting a place', () => {
  /** What src/db/structure-reads.ts reads, out of lists. */
  function regionOf(noteId: string, branches: readonly BranchHead[], live: ReadonlySet<string>): Region {
    const below = new Set([noteId]);
    for (const parent of below) {
      for (const branch of branches) if (branch.parent === parent && branch.note !== 'root') below.add(branch.note);
    }
    const around = branches.filter(({note, parent}) => below.has(note) || below.has(parent));
    const liveParents = new Set(around.map(({parent}) => parent).filter((id) => live.has(id) && !below.has(id)));
    return {noteId, below, branches: around, liveParents};
  }

  function doomed(branchId: string, texts: readonly string[], dead: readonly string[] = []): string[] {
    const branches = texts.map((text) => place(text));
    const live = new Set(branches.flatMap(({note, parent}) => [note, parent]).filter((id) => !dead.includes(id)));
    const {note} = branches.find(({id}) => id === branchId)!;
    return [...doomedNotes(branchId, regionOf(note, branches, live))].sort();
  }

  it('of several takes only the place', () => {
    expect(doomed('n<a', ['a<root', 'b<root', 'n<a', 'n<b', 'x<n'])).toEqual([]);
  });

  it('the last takes the note and what is only below it', () => {
    const branches = ['a<root', 'n<a', 'x<n', 'y<x', 'shared<n', 'shared<a', 'z<shared'];
    expect(doomed('n<a', branches)).toEqual(['n', 'x', 'y']);
  });

  it('keeps what a kept note leads to, also by a longer way', () => {
    expect(doomed('n<root', ['n<root', 'x<n', 'y<x', 'y<a', 'a<root', 'x<y'])).toEqual(['n']);
  });

  it('a place below itself doesn’t hold a note', () => {
    expect(doomed('n<root', ['n<root', 'x<n', 'n<x'])).toEqual(['n', 'x']);
  });

  it('a place below a deleted note doesn’t hold a note; one below an unfiled note does', () => {
    expect(doomed('n<root', ['n<root', 'n<gone'], ['gone'])).toEqual(['n']);
    expect(doomed('n<root', ['n<root', 'n<unfiled'])).toEqual([]);
  });

  it('takes exactly the notes that would have no place in the tree any more', () => {
    const branch = fc.tuple(fc.nat(7), fc.nat(7)).map(([a, b]) => {
      const [parent, note] = [Math.min(a, b), Math.max(a, b)];
      return parent === note ? `n${note}<root` : `n${note}<n${parent}`;
    });
    fc.assert(
      fc.property(fc.uniqueArray(branch, {minLength: 1, maxLength: 14}), fc.nat(13), (texts, pick) => {
        const branches = texts.map((text) => place(text));
        const notes = [...new Set(branches.map(({note}) => note))].map((id) => ({id, title: id}));
        const isPlaced = (left: readonly BranchHead[]) => {
          const tree = buildTree({notes, branches: left, complete: true, arriving: false});
          return new Set(notes.map(({id}) => id).filter((id) => tree.isPlaced(id)));
        };
        const removed = branches[pick % branches.length]!;
        const before = isPlaced(branches);
        fc.pre(before.size === notes.length);
        const after = isPlaced(branches.filter(({id}) => id !== removed.id));
        const lost = [...before].filter((id) => !after.has(id)).sort();
        const region = regionOf(removed.note, branches, before);
        expect([...doomedNotes(removed.id, region)].sort()).toEqual(lost);
      }),
    );
  });

  it('writes a tombstone for each, and says with which note it goes', () => {
    const branches = ['n<root', 'x<n', 'shared<n', 'other<root'].map((text) => place(text));
    const owned = [{kind: 'attribute', id: 'label', note: 'x'} as const];
    const changes = planDelete(place('n<root'), {doomed: new Set(['n', 'x']), branches, owned});
    expect(changes.map(({kind, id, ...rest}) => [kind, id, 'of' in rest ? rest.of : null])).toEqual([
      ['note', 'n', null],
      ['note', 'x', 'n'],
      ['branch', 'n<root', 'n'],
      ['branch', 'x<n', 'x'],
      ['branch', 'shared<n', 'n'],
      ['attribute', 'label', 'x'],
    ]);
    expect(changes.every((change) => change.type === 'delete')).toBe(true);
    expect(planDelete(place('n<root'), {doomed: new Set(), branches, owned: []})).toMatchObject([
      {type: 'delete', kind: 'branch', id: 'n<root'},
    ]);
  });
});

describe('a new title', () => {
  it('keeps members of a newer version', () => {
    const data = canonicalBytes({title: 'Old', type: 'text', mime: '', later: {a: 1}});
    expect(readNote(withTitle({data}, 'New')!)).toEqual({title: 'New', type: 'text', mime: '', later: {a: 1}});
  });

  it('that is the old one, or of data that isn’t ours, changes nothing', () => {
    expect(withTitle({data: canonicalBytes({title: 'Old', type: 'text', mime: ''})}, 'Old')).toBeNull();
    expect(withTitle({data: canonicalBytes([1])}, 'New')).toBeNull();
  });
});
