import {strToU8} from 'fflate';
import {expect, test} from 'vitest';
import {equalBytes, utf8Bytes} from '../../protocol/bytes.ts';
import {hashOf} from '../../protocol/hash.ts';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {triliumAttachmentId, triliumNoteId} from '../notes/derived-ids.ts';
import type {AttachmentData, AttributeData, BranchData, NoteData} from '../notes/note-data.ts';
import {buildTree} from '../notes/tree.ts';
import {ImportError, type ImportErrorType} from './import-error.ts';
import type {ImportReport} from './import-report.ts';
import {type ImportOptions, type ImportProgress, importTrilium} from './import-trilium.ts';
import {createMemoryWriter, type MemoryWriter} from './testing/memory-writer.ts';
import {
  largeTriliumZip,
  META_PATH,
  type MetaEntry,
  packZip,
  TRILIUM_ZIP_COUNTS,
  triliumZip,
} from './testing/trilium-zip.ts';

/** No DOM here; the real sanitiser is tested in the browser. */
const sanitize = (html: string) => ({html, removed: 0});
const id = triliumNoteId;

async function importInto(
  writer: MemoryWriter,
  file: Uint8Array,
  more: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  return importTrilium(file, {writer, sanitize, ...more});
}

function treeOf(writer: MemoryWriter) {
  const branches = writer.all<BranchData>('branch').map((branch) => ({...branch, stamp: ''}));
  return buildTree({notes: writer.all<NoteData>('note'), branches, complete: true, arriving: false});
}

function titles(writer: MemoryWriter): string[] {
  const tree = treeOf(writer);
  const expanded = new Set(writer.all('branch').map((branch) => branch.id));
  return tree.visibleRows(expanded).map(({depth, title}) => '  '.repeat(depth) + title);
}

test('the tree arrives with its order, prefixes, clones and whole titles', async () => {
  const writer = createMemoryWriter();
  await importInto(writer, packZip(triliumZip()));
  expect(titles(writer)).toEqual([
    'My notebook',
    '  Plants',
    '    TODO - Rose',
    '    A title that is much longer than a file name may be',
    '    Plant',
    '  Code',
    '    script',
    '    Diagram',
    '    Canvas',
    '    Render',
    '  Pictures',
    '    photo.jpeg',
    '    A paper.pdf',
    '    28. 11. - Rose',
    '  Tasks',
    '    Rose',
    '    Shopping',
    '    50% off?',
    '    A title that is much longer than a file name may be',
  ]);
});

test('a note that was deleted here is named, first and to be opened', async () => {
  const writer = createMemoryWriter();
  await importInto(writer, packZip(triliumZip()));
  const rose = writer.all<NoteData>('note').find(({title}) => title === 'Rose');
  const deleted = {stamp: '', parts: {meta: hashOf(utf8Bytes('a tombstone')), data: '', body: ''}};
  const write: MemoryWriter['write'] = async (changes) =>
    (await writer.write(changes)).map((told) => ({...told, loaded: told.id === rose?.id ? deleted : told.loaded}));
  const {problems} = await importInto({...writer, write}, packZip(triliumZip()));
  expect(problems[0]).toMatchObject({type: 'deleted_here', count: 1, noteTitles: ['Rose'], noteIds: [rose?.id]});
});

test('everything is counted: in the file, created, already here', async () => {
  const writer = createMemoryWriter();
  const first = await importInto(writer, packZip(triliumZip()));
  for (const [name, count] of Object.entries(TRILIUM_ZIP_COUNTS)) {
    expect([name, first.counts[name as keyof typeof TRILIUM_ZIP_COUNTS]]).toEqual([
      name,
      {inFile: count, created: count, alreadyHere: 0},
    ]);
  }
  expect(first.topNoteIds).toEqual([id('topNote00001')]);
  const again = await importInto(writer, packZip(triliumZip()));
  expect(again.counts.notes).toEqual({inFile: 16, created: 0, alreadyHere: 16});
  expect(again.counts.attachments).toEqual({inFile: 2, created: 0, alreadyHere: 2});
});

test('labels, relations and attachments arrive; relations lead to the notes of the import', async () => {
  const writer = createMemoryWriter();
  await importInto(writer, packZip(triliumZip()));
  const rose = writer.all<AttributeData>('attribute').filter(({note}) => note === id('rose00000001'));
  expect(rose.map(({type, name, value, inheritable}) => [type, name, value, inheritable])).toEqual([
    ['relation', 'template', id('template0001'), false],
    ['label', 'cssClass', 'todo', false],
    ['label', 'cssClass', 'todo', false],
    ['relation', 'watchedBy', 'notInTheZip1', true],
  ]);
  const [sun] = writer.all<AttachmentData>('attachment');
  expect(sun).toEqual({
    id: triliumAttachmentId('attach000001'),
    note: id('topNote00001'),
    title: 'sun.png',
    role: 'image',
    mime: 'image/png',
    position: 10,
  });
});

test('types and texts arrive; what is not HTML stays byte for byte', async () => {
  const writer = createMemoryWriter();
  await importInto(writer, packZip(triliumZip()));
  expect(writer.text(id('script000001'))).toBe('alert("<b>raw</b>");\n');
  expect(writer.text(id('canvas000001'))).toBe('{"elements":[]}');
  expect(writer.text(id('photo0000001'))).toBe('');
  const types = new Map(writer.all<NoteData>('note').map(({id, type, mime}) => [id, `${type} ${mime}`]));
  expect(types.get(id('script000001'))).toBe('code application/javascript;env=frontend');
  expect(types.get(id('mermaid00001'))).toBe('mermaid text/mermaid');
  expect(types.get(id('book00000001'))).toBe('book ');
  expect(types.get(id('topNote00001'))).toBe('text text/html');
});

test('links lead to notes, pictures and included notes keep what fills them in later', async () => {
  const writer = createMemoryWriter();
  await importInto(writer, packZip(triliumZip()));
  const text = writer.text(id('topNote00001'));
  expect(text).toContain(`<img data-attachment="${triliumAttachmentId('attach000001')}" alt="sun.png">`);
  expect(text).toContain(`<a class="reference-link" href="#note/${id('longTitle001')}">the long one</a>`);
  expect(text).toContain(`<a href="#note/${id('plants000001')}">the folder</a>`);
  expect(text).toContain('<a href="https://example.org/?a=1&amp;b=2">a page</a>');
  expect(text).toContain('<a title="My%20notebook/Gone.html">what is gone</a>');
  expect(text).toContain(`<section class="include-note" data-note="${id('rose00000001')}">`);
  const rose = writer.text(id('rose00000001'));
  expect(rose).toContain(`<a href="#note/${id('topNote00001')}">up</a>`);
  expect(rose).toContain(`<img data-note="${id('photo0000001')}" alt="photo.jpeg">`);
});

test('what could not be kept is named, with the notes and a cure', async () => {
  const {problems} = await importInto(createMemoryWriter(), packZip(triliumZip()));
  expect(problems.map(({type, count, noteTitles}) => [type, count, noteTitles])).toEqual([
    ['link_missing', 1, ['My notebook']],
    ['attachment_bytes', 2, ['My notebook', 'Diagram']],
    ['relation_missing', 1, ['Rose']],
    ['image_bytes', 1, ['photo.jpeg']],
    ['file_bytes', 1, ['A paper.pdf']],
  ]);
  for (const {what, cure} of problems) expect([what, cure].every((words) => words.length > 10)).toBe(true);
});

test('the same export makes the same entities, whatever the order of the files in the zip', async () => {
  const [one, other] = [createMemoryWriter(), createMemoryWriter()];
  await importInto(one, packZip(triliumZip()));
  await importInto(other, packZip(triliumZip(), 'backwards'));
  expect([...other.kept]).toEqual([...one.kept]);
});

test('what was edited since the first import is left alone', async () => {
  const writer = createMemoryWriter();
  await importInto(writer, packZip(triliumZip()));
  const key = `note:${id('rose00000001')}`;
  const edited = {...writer.kept.get(key)!, body: utf8Bytes('edited')};
  writer.kept.set(key, edited);
  await importInto(writer, packZip(triliumZip()));
  expect(writer.kept.get(key)).toBe(edited);
});

test('the import goes where it is told, after what is there', async () => {
  const writer = createMemoryWriter();
  await importInto(writer, packZip(triliumZip()), {under: {noteId: 'someNote', lastKey: 'a5'}});
  const [top] = writer.all<BranchData>('branch');
  expect(top).toMatchObject({parent: 'someNote', note: id('topNote00001')});
  expect(top!.key > 'a5').toBe(true);
});

test('an import that is broken off leaves a sound tree, and the next one completes it', {timeout: 60_000}, async () => {
  const file = packZip(largeTriliumZip(400, 50));
  const whole = createMemoryWriter();
  await importInto(whole, file);
  for (const failing of [0, 1, 2]) {
    let isFull = true;
    const writer = createMemoryWriter((batch) => {
      if (isFull && batch === failing) throw new Error('disk full');
    });
    await expect(importInto(writer, file)).rejects.toThrow('disk full');
    expect(treeOf(writer).unfiled).toEqual([]);
    expect(writer.kept.size).toBe(300 * failing);
    isFull = false;
    await importInto(writer, file);
    expect([...writer.kept.keys()]).toEqual([...whole.kept.keys()]);
  }
});

test('a large import is written in batches of a few hundred changes and tells how far it is', {
  timeout: 60_000,
}, async () => {
  const writer = createMemoryWriter();
  const told: ImportProgress[] = [];
  await importInto(writer, packZip(largeTriliumZip(1000, 2000)), {onProgress: (progress) => told.push(progress)});
  expect(writer.kept.size).toBe(2 * (1000 + 10 + 1));
  expect(Math.max(...writer.batchSizes)).toBeLessThanOrEqual(300);
  expect(told.filter(({phase}) => phase === 'reading').length).toBeGreaterThan(5);
  expect(told.at(-1)).toEqual({phase: 'writing', done: 1011, total: 1011});
});

test('it can be stopped, and says so', {timeout: 60_000}, async () => {
  const controller = new AbortController();
  const writer = createMemoryWriter((batch) => {
    if (batch === 1) controller.abort();
  });
  const stopped = importInto(writer, packZip(largeTriliumZip(500, 50)), {signal: controller.signal});
  await expect(stopped).rejects.toMatchObject({type: 'cancelled'});
  expect(writer.kept.size).toBe(600);
});

test('an export of one format version earlier comes in, a later one is refused', async () => {
  const zip = triliumZip();
  zip.meta.formatVersion = 1;
  expect((await importInto(createMemoryWriter(), packZip(zip))).counts.notes.created).toBe(16);
  zip.meta.formatVersion = 3;
  await refuses(packZip(zip), 'newer_export');
});

test('a zip that is no export is refused, whatever is in its list of notes', async () => {
  const zip = triliumZip();
  const withMeta = (meta: unknown) => packZip({...zip, meta: meta as typeof zip.meta});
  for (const meta of [{}, [], null, 'x', {formatVersion: '2', files: []}, {formatVersion: 2}]) {
    await refuses(withMeta(meta), 'not_an_export');
  }
});

test('bad entries in the list cost only themselves', async () => {
  const zip = triliumZip();
  const top = zip.meta.files[0]!;
  const bad = [null, 7, {title: 'no id'}, {noteId: 12}, {isClone: true, noteId: 'nobody000001', title: 'Nobody'}];
  top.children!.push(...(bad as MetaEntry[]));
  top.attributes!.push({type: 'other'} as never, null as never);
  const report = await importInto(createMemoryWriter(), packZip(zip));
  expect(report.counts.places.created).toBe(TRILIUM_ZIP_COUNTS.places);
  const counts = Object.fromEntries(report.problems.map(({type, count}) => [type, count]));
  expect(counts).toMatchObject({entry_unreadable: 4, clone_missing: 1, attribute_unreadable: 2});
});

test('missing, doubled and unknown files are told and cost nothing else', async () => {
  const zip = triliumZip();
  zip.files.delete('My notebook/Tasks/Shopping.html');
  zip.files.set('My notebook/stray.txt', strToU8('x'));
  zip.files.set('My notebook/Code/Canvas.json', new Uint8Array([0xff, 0xfe]));
  zip.meta.files[0]!.children!.push({...zip.meta.files[0]!.children![0]!, children: []});
  const writer = createMemoryWriter();
  const report = await importInto(writer, packZip(zip));
  const byType = new Map(report.problems.map(({type, noteTitles}) => [type, noteTitles]));
  expect(byType.get('text_missing')).toEqual(['Shopping']);
  expect(byType.get('text_damaged')).toEqual(['Canvas']);
  expect(byType.get('note_twice')).toEqual(['Plants']);
  expect(byType.get('place_twice')).toEqual(['Plants']);
  expect(byType.has('file_unknown')).toBe(true);
  expect(report.counts.notes.created).toBe(16);
});

test('a text in Markdown is kept as such', async () => {
  const zip = triliumZip();
  const shopping = zip.meta.files[0]!.children![3]!.children![1]!;
  Object.assign(shopping, {format: 'markdown', dataFileName: 'Shopping.md'});
  zip.files.set('My notebook/Tasks/Shopping.md', strToU8('* milk <script>'));
  const writer = createMemoryWriter();
  const {problems} = await importInto(writer, packZip(zip));
  expect(writer.text(id('shopping0001'))).toBe('* milk <script>');
  expect(writer.all<NoteData>('note').find((note) => note.id === id('shopping0001'))?.type).toBe('code');
  expect(problems.some(({type}) => type === 'markdown')).toBe(true);
});

test('names in the zip reach nothing but the zip', async () => {
  const zip = triliumZip();
  const shopping = zip.meta.files[0]!.children![3]!.children![1]!;
  Object.assign(shopping, {dataFileName: '../../../../etc/passwd'});
  zip.files.set('../../constructor', strToU8('x'));
  const report = await importInto(createMemoryWriter(), packZip(zip));
  expect(report.problems.find(({type}) => type === 'text_missing')?.noteTitles).toEqual(['Shopping']);
});

test('a list of notes that nests beyond any notebook is refused', async () => {
  let entry: MetaEntry = {noteId: 'deepest00001', title: 'x'};
  for (let level = 0; level < 1500; level++)
    entry = {noteId: `deep${level}`, title: 'x', dirFileName: 'x', children: [entry]};
  await refuses(packZip({meta: {formatVersion: 2, appVersion: '', files: [entry]}, files: new Map()}), 'damaged');
});

test('two notes with the same title and text stay two', async () => {
  const writer = createMemoryWriter();
  const zip = triliumZip();
  zip.meta.files[0]!.children!.push({noteId: 'twin00000001', title: 'Twin'}, {noteId: 'twin00000002', title: 'Twin'});
  await importInto(writer, packZip(zip));
  const [one, two] = ['twin00000001', 'twin00000002'].map((twin) => writer.kept.get(`note:${id(twin)}`)!);
  expect(one!.id).not.toBe(two!.id);
  expect(equalBytes(one!.data, two!.data)).toBe(true);
  expect(writer.all<BranchData>('branch').filter(({parent}) => parent === ROOT_NOTE_ID)).toHaveLength(1);
});

async function refuses(file: Uint8Array, type: ImportErrorType): Promise<void> {
  const writer = createMemoryWriter();
  const error = await importInto(writer, file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ImportError);
  expect(error).toMatchObject({type});
  expect(writer.kept.size).toBe(0);
}

test('the name of the list of notes is the one Trilium uses', () => expect(META_PATH).toBe('!!!meta.json'));
