import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import type {JsonFile} from '../transfer/json-file.ts';
import {makeUnsyncedFile} from '../transfer/unsynced-file.ts';
import type {UnsyncedChange} from './repositories.ts';
import {createNotebookWorld, type NotebookWorld} from './testing/notebook-world.ts';

const REFUSED = {type: 'entity_too_large', message: 'too large'} as const;

describe('the export of what the server does not have', () => {
  let world: NotebookWorld;

  beforeEach(async () => {
    world = await createNotebookWorld();
  });
  afterEach(() => world.close());

  async function read(): Promise<UnsyncedChange[]> {
    const changes: UnsyncedChange[] = [];
    for await (const piece of world.notebook.readUnsynced()) changes.push(...piece);
    return changes;
  }

  async function park(id: string): Promise<void> {
    await world.store.transaction('write', async (tx) => {
      const [row] = await tx.outbox([{kind: 'note', id}]);
      await tx.putOutbox([{...row!, parked: REFUSED, tries: 4}]);
    });
  }

  it('has the text that waits, the one it was made on, and what was refused first', async () => {
    const id = await create('Plan', 'As agreed.');
    await world.acknowledgeAll();
    await setKnown(id);
    await world.notebook.saveNote(id, await loadedOf(id), {text: 'As changed.'});
    const refused = await create('Large', 'Refused.');
    await park(refused);

    const changes = await read();
    expect(changes[0]).toMatchObject({title: 'Large', change: 'created', row: {parked: REFUSED, tries: 4}});
    const plan = changes.find(({row}) => row.id === id)!;
    expect(plan).toMatchObject({title: 'Plan', change: 'edited'});
    expect(utf8Text(plan.version.body!)).toBe('As changed.');
    expect(utf8Text(plan.row.baseVersion!.body!)).toBe('As agreed.');
    expect(changes.some(({row}) => row.kind === 'branch')).toBe(true);
  });

  it('keeps apart a text that is not on this device and an empty one', async () => {
    const [absent, empty] = [await create('Absent', 'Somewhere else.'), await create('Empty', '')];
    await world.store.transaction('write', (tx) => tx.deleteBodies([{kind: 'note', id: absent}]));
    const bodies = new Map((await read()).map(({row, version}) => [row.id, version.body]));
    expect(bodies.get(absent)).toBeNull();
    expect(bodies.get(empty)).toHaveLength(0);
  });

  it('reads thousands of changes in pieces, and the file has each of them once', async () => {
    await world.writer.write(
      Array.from({length: 2500}, (_, n) => ({
        type: 'create' as const,
        kind: 'note' as const,
        id: `note${n}`,
        data: utf8Bytes(JSON.stringify({title: `Note ${n}`, type: 'text', mime: 'text/html'})),
        body: utf8Bytes(`<p>Text ${n}</p>`),
      })),
    );
    const sizes: number[] = [];
    const pieces = async function* () {
      for await (const piece of world.notebook.readUnsynced()) {
        sizes.push(piece.length);
        yield piece;
      }
    };
    const file = await makeFile(pieces());
    const {changes} = JSON.parse(await file.blob.text()) as {changes: {title: string; text: string}[]};
    expect(file.count).toBe(2500);
    expect(new Set(changes.map(({title, text}) => `${title}: ${text}`)).size).toBe(2500);
    expect(changes.find(({title}) => title === 'Note 1234')?.text).toBe('<p>Text 1234</p>');
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50);
  });

  it('goes on where the server acknowledges changes meanwhile', async () => {
    for (const title of ['One', 'Two']) await create(title, 'Text.');
    const changes = world.notebook.readUnsynced()[Symbol.asyncIterator]();
    const first = await changes.next();
    await world.acknowledgeAll();
    expect(first.value).not.toHaveLength(0);
    expect((await changes.next()).done).toBe(true);
    expect(await read()).toEqual([]);
  });

  it('rejects with the failure of the storage', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    await create('One', 'Text.');
    world.database.dexie.close({disableAutoOpen: true});
    vi.spyOn(world.database, 'open').mockRejectedValue(new DOMException('', 'UnknownError'));
    await expect(read()).rejects.toMatchObject({error: {type: 'storage_broken'}});
    vi.restoreAllMocks();
  });

  function create(title: string, text: string): Promise<string> {
    return world.notebook.createNote({parent: 'root', position: 'last'}, {title, text});
  }

  async function loadedOf(id: string) {
    const {stamp, parts} = await world.entity('note', id);
    return {stamp, parts};
  }

  async function setKnown(id: string): Promise<void> {
    const row = await world.entity('note', id);
    const known = {stamp: row.stamp, hash: row.hash, seq: 1, counted: true};
    await world.store.transaction('write', (tx) => tx.putEntities([{...row, known}]));
  }
});

function makeFile(pieces: AsyncIterable<readonly UnsyncedChange[]>): Promise<JsonFile> {
  const words = () => 'Too large.';
  return makeUnsyncedFile({pieces, app: '1', device: 'Desk', server: null, nowMs: 0, refusalWords: words});
}
