import {afterEach, beforeEach, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {refKey} from '../../protocol/entity.ts';
import {makeNotebookFile} from '../transfer/notebook-file.ts';
import {createNotebookWorld, type NotebookWorld} from './testing/notebook-world.ts';

const NOTES = 450;

let world: NotebookWorld;
beforeEach(async () => {
  world = await createNotebookWorld();
});
afterEach(() => world.close());

it('the file of a whole notebook has every row once, with its text: places, older versions and what was deleted too', async () => {
  await world.writer.write(
    Array.from({length: NOTES}, (_, n) => ({
      type: 'create' as const,
      kind: 'note' as const,
      id: `note${n}`,
      data: utf8Bytes(JSON.stringify({title: `Note ${n}`, type: 'text', mime: 'text/html'})),
      body: utf8Bytes(`<p>Text ${n}</p>`),
    })),
  );
  await world.writer.write([
    {type: 'create', kind: 'branch', id: 'place1', data: utf8Bytes('{"note":"note1","parent":"root","key":"a"}')},
    {type: 'keep', kind: 'note', id: 'note1', reason: 'named'},
    {type: 'delete', kind: 'note', id: 'note2', eraseAfterMs: 1000},
  ]);
  await world.acknowledgeAll();
  const input = {pieces: world.notebook.readAll(), app: '1', device: 'Desk', nowMs: 0};
  const file = await makeNotebookFile(input);
  const {entries} = JSON.parse(await file.blob.text()) as {entries: readonly Entry[]};
  const stored = (await Promise.all((['note', 'branch', 'revision', 'option'] as const).map(world.all))).flat();
  expect(entries.map(refKey).sort()).toEqual(stored.map(refKey).sort());
  expect(file.count).toBe(stored.length);
  const found = (id: string) => entries.find((entry) => entry.id === id);
  for (let n = 0; n < NOTES; n++) expect(found(`note${n}`)).toMatchObject({text: `<p>Text ${n}</p>`, deleted: n === 2});
  expect(found('place1')).toMatchObject({title: 'Note 1', data: {note: 'note1', parent: 'root'}});
  expect(entries.find(({kind}) => kind === 'revision')).toMatchObject({title: 'Note 1', text: '<p>Text 1</p>'});
});

interface Entry {
  readonly kind: 'note' | 'branch' | 'revision';
  readonly id: string;
  readonly title: string;
  readonly text?: string;
}
