/**
 * A real export, named by ASTER_REAL_EXPORT; skipped without. For any export every entry of its list must be accounted for;
 * for Trilium's demo notebook the numbers are known.
 */

import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {strFromU8, unzipSync} from 'fflate';
import {expect, test} from 'vitest';
import {triliumNoteId} from '../notes/derived-ids.ts';
import {parseLinkHref} from '../notes/html-links.ts';
import type {AttributeData, BranchData, NoteData} from '../notes/note-data.ts';
import {buildTree} from '../notes/tree.ts';
import {scanTags} from './html-tags.ts';
import type {ImportReport} from './import-report.ts';
import {importTrilium} from './import-trilium.ts';
import {createMemoryWriter, type MemoryWriter} from './testing/memory-writer.ts';
import {META_PATH, type MetaEntry} from './testing/trilium-zip.ts';

const path = process.env.ASTER_REAL_EXPORT ?? '';
const realTest = test.runIf(path !== '');
const DEMO_SHA256 = '6eb8c693a9a5397fef22bcc57247981363958f89390de9eb7d72e1df83ebcfdb';

interface Imported {
  readonly sha256: string;
  readonly entries: readonly MetaEntry[];
  readonly writer: MemoryWriter;
  readonly report: ImportReport;
  readonly again: ImportReport;
}

async function importReal(): Promise<Imported> {
  const file = new Uint8Array(await readFile(path));
  const writer = createMemoryWriter();
  const options = {writer, sanitize: (html: string) => ({html, removed: 0})};
  const report = await importTrilium(file, options);
  const again = await importTrilium(file, options);
  const meta = unzipSync(file, {filter: ({name}) => name === META_PATH})[META_PATH]!;
  const {files}: {files: MetaEntry[]} = JSON.parse(strFromU8(meta));
  return {sha256: createHash('sha256').update(file).digest('hex'), entries: flatten(files), writer, report, again};
}

function flatten(entries: readonly MetaEntry[]): MetaEntry[] {
  const wanted = entries.filter(({noImport}) => noImport !== true);
  return wanted.flatMap((entry) => [entry, ...flatten(entry.children ?? [])]);
}

realTest('every entry of a real export is accounted for, once', {timeout: 60_000}, async () => {
  const {entries, writer, report, again} = await importReal();
  const notes = entries.filter(({isClone}) => isClone !== true);
  const attributes = notes.flatMap(({attributes}) => attributes ?? []);
  expect(report.counts).toMatchObject({
    notes: {created: notes.length},
    places: {created: entries.length},
    clones: {created: entries.length - notes.length},
    labels: {created: attributes.filter(({type}) => type === 'label').length},
    relations: {created: attributes.filter(({type}) => type === 'relation').length},
    attachments: {created: notes.flatMap(({attachments}) => attachments ?? []).length},
    binaryNotes: {created: notes.filter(({type}) => type === 'image' || type === 'file').length},
  });
  for (const {created, alreadyHere, inFile} of Object.values(again.counts)) {
    expect([created, alreadyHere]).toEqual([0, inFile]);
  }
  const titleById = new Map(writer.all<NoteData>('note').map(({id, title}) => [id, title]));
  for (const {noteId, title} of notes) expect(titleById.get(triliumNoteId(noteId ?? ''))).toBe(title);
});

realTest('its tree is whole, and its links lead to notes that are here', {timeout: 60_000}, async () => {
  const {entries, writer} = await importReal();
  const branches = writer.all<BranchData>('branch').map((branch) => ({...branch, stamp: ''}));
  const notes = writer.all<NoteData>('note');
  const tree = buildTree({notes, branches, complete: true, arriving: false});
  expect(tree).toMatchObject({placeCount: entries.length, unfiled: []});
  for (const {id} of notes) {
    const text = writer.text(id);
    if (notes.find((note) => note.id === id)?.type !== 'text') continue;
    expect(text).not.toMatch(/<\/?(?:html|head|body|base)\b/);
    for (const tag of scanTags(text)) {
      const link = parseLinkHref(tag.attributes.get('href') ?? '');
      if (link?.kind === 'note') expect(tree.hasNote(link.id)).toBe(true);
    }
  }
});

realTest('the demo notebook of Trilium has the numbers that are known of it', {timeout: 60_000}, async (context) => {
  const {sha256, writer, report} = await importReal();
  context.skip(sha256 !== DEMO_SHA256, 'another export');
  const created = Object.fromEntries(Object.entries(report.counts).map(([name, {created}]) => [name, created]));
  expect(created).toEqual({
    notes: 159,
    places: 173,
    clones: 14,
    labels: 180,
    relations: 39,
    attachments: 16,
    binaryNotes: 17,
  });
  const counts = Object.fromEntries(report.problems.map(({type, count}) => [type, count]));
  expect(counts).toEqual({image_bytes: 12, file_bytes: 5, attachment_bytes: 16});
  const relations = writer.all<AttributeData>('attribute').filter(({type}) => type === 'relation');
  const noteIds = new Set(writer.all('note').map(({id}) => id));
  expect(relations.filter(({value}) => !noteIds.has(value))).toEqual([]);
});
