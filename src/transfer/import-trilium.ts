/**
 * Imports the zip of a Trilium export, on the device, without a network. Repeating it creates nothing twice and overwrites
 * nothing: every id is derived from Trilium's, and the writer leaves alone what is here, live or deleted. Writes are few
 * transactions, parents first: an interruption leaves a sound tree, and the same import again completes it.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {triliumNoteId} from '../notes/derived-ids.ts';
import {readNote} from '../notes/note-data.ts';
import type {Writer, Written} from '../sync/changes.ts';
import {createSanitizer} from './clean-html.ts';
import {ImportError} from './import-error.ts';
import {COUNT_NAMES, type Count, type CountName, type ImportReport, Problems} from './import-report.ts';
import {
  type ImportPlace,
  MAX_TEXT_BYTES,
  type PlannedChange,
  planTrilium,
  type Sanitize,
  textEntries,
} from './plan-trilium.ts';
import {META_FILE_NAME, parseMeta, type TriliumEntry, type TriliumMeta} from './trilium-meta.ts';
import type {ZipEntry} from './zip-format.ts';
import {openZip, type ZipArchive, type ZipFile} from './zip-reader.ts';

/** `reading`: texts unpacked; `writing`: entries of the tree stored. */
export interface ImportProgress {
  readonly phase: 'reading' | 'writing';
  readonly done: number;
  readonly total: number;
}

export interface ImportOptions {
  readonly writer: Writer;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
  /** Where the top of the export goes; the start of an empty root unless told otherwise. */
  readonly under?: ImportPlace;
  /** DOMPurify, unless a test has no DOM. */
  readonly sanitize?: Sanitize;
}

const MAX_META_BYTES = 256 * 1024 * 1024;
/** All texts are in memory while the plan is walked. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;
const BATCH_CHANGES = 300;
const BATCH_BYTES = 1024 * 1024;
/** The page gets a turn after this much text was unpacked or cleaned. */
const TURN_BYTES = 128 * 1024;

/** Rejects with ImportError for a file that can't be imported, and with the writer's SyncFailure when nothing can be stored. */
export async function importTrilium(file: ZipFile, options: ImportOptions): Promise<ImportReport> {
  const problems = new Problems();
  const zip = await openZip(file);
  const zipEntryByPath = indexEntries(zip, problems);
  const meta = parseMeta(await readMeta(zip, zipEntryByPath), problems);
  reportUnknownFiles(zipEntryByPath, meta, problems);
  const textByPath = await readTexts(zip, zipEntryByPath, meta.entries, problems, options);
  const groups = planTrilium({
    entries: meta.entries,
    textByPath,
    under: options.under ?? {noteId: ROOT_NOTE_ID, lastKey: null},
    sanitize: options.sanitize ?? createSanitizer(),
    problems,
  });
  const counts = await writeGroups(groups, meta.entries.length, problems, options);
  const tops = meta.entries.filter(({parent}) => parent === null);
  return {
    counts,
    problems: problems.list(),
    topNoteIds: [...new Set(tops.map(({noteId}) => triliumNoteId(noteId)))],
  };
}

function indexEntries(zip: ZipArchive, problems: Problems): Map<string, ZipEntry> {
  const entryByPath = new Map<string, ZipEntry>();
  for (const entry of zip.entries) {
    if (entryByPath.has(entry.name)) problems.add('file_twice');
    else entryByPath.set(entry.name, entry);
  }
  return entryByPath;
}

async function readMeta(zip: ZipArchive, entryByPath: ReadonlyMap<string, ZipEntry>): Promise<Bytes> {
  const entry = entryByPath.get(META_FILE_NAME);
  if (entry === undefined) throw new ImportError('not_an_export');
  if (entry.bytes > MAX_META_BYTES) throw new ImportError('too_large');
  return zip.read(entry);
}

function reportUnknownFiles(entryByPath: ReadonlyMap<string, ZipEntry>, meta: TriliumMeta, problems: Problems): void {
  const known = new Set<string | null>([META_FILE_NAME, ...meta.ignoredPaths]);
  for (const {dataPath, basePath, attachments} of meta.entries) {
    known.add(dataPath);
    for (const {dataFileName} of attachments) known.add(basePath + dataFileName);
  }
  for (const path of entryByPath.keys()) if (!known.has(path)) problems.add('file_unknown');
}

async function readTexts(
  zip: ZipArchive,
  zipEntryByPath: ReadonlyMap<string, ZipEntry>,
  entries: readonly TriliumEntry[],
  problems: Problems,
  {onProgress, signal}: ImportOptions,
): Promise<Map<string, Bytes>> {
  const found = findTexts(zipEntryByPath, entries, problems);
  const total = found.length;
  if (found.reduce((sum, {bytes}) => sum + bytes, 0) > MAX_TOTAL_BYTES) throw new ImportError('too_large');
  const textByPath = new Map<string, Bytes>();
  const turns = takeTurns(signal);
  for (const entry of found) {
    textByPath.set(entry.name, await zip.read(entry));
    if (await turns(entry.bytes)) onProgress?.({phase: 'reading', done: textByPath.size, total});
  }
  onProgress?.({phase: 'reading', done: total, total});
  return textByPath;
}

function findTexts(
  zipEntryByPath: ReadonlyMap<string, ZipEntry>,
  entries: readonly TriliumEntry[],
  problems: Problems,
): ZipEntry[] {
  const found: ZipEntry[] = [];
  for (const [path, {title}] of textEntries(entries)) {
    const entry = zipEntryByPath.get(path);
    if (entry === undefined) problems.add('text_missing', title);
    else if (entry.bytes > MAX_TEXT_BYTES) problems.add('text_too_large', title);
    else found.push(entry);
  }
  return found;
}

async function writeGroups(
  groups: Iterable<readonly PlannedChange[]>,
  total: number,
  problems: Problems,
  {writer, onProgress, signal}: ImportOptions,
): Promise<Record<CountName, Count>> {
  const counts = noCounts();
  const turns = takeTurns(signal);
  let batch: PlannedChange[] = [];
  let batchBytes = 0;
  let done = 0;
  const flush = async (): Promise<void> => {
    const written = await writer.write(batch.map(({change}) => change));
    batch.forEach((planned, index) => {
      addTo(counts, planned.counts, written[index]?.outcome === 'written' ? 'created' : 'alreadyHere');
      const {kind, id, data} = planned.change;
      if (kind === 'note' && isDeleted(written[index])) problems.addDeleted({id, title: readNote(data)?.title ?? ''});
    });
    batch = [];
    batchBytes = 0;
    onProgress?.({phase: 'writing', done, total});
  };
  for (const group of groups) {
    const bytes = group.reduce((sum, {change}) => sum + change.data.length + (change.body?.length ?? 0), 0);
    if (batch.length > 0 && (batch.length + group.length > BATCH_CHANGES || batchBytes + bytes > BATCH_BYTES))
      await flush();
    batch.push(...group);
    batchBytes += bytes;
    done++;
    await turns(bytes);
  }
  await flush();
  return counts;
}

/** Only what is deleted has a note's meta. */
function isDeleted(written: Written | undefined): boolean {
  return written?.outcome === 'exists' && written.loaded !== null && written.loaded.parts.meta !== EMPTY_HASH;
}

function noCounts(): Record<CountName, Count> {
  const none: Count = {inFile: 0, created: 0, alreadyHere: 0};
  const counts = COUNT_NAMES.map((name): [CountName, Count] => [name, none]);
  return Object.fromEntries(counts) as Record<CountName, Count>;
}

function addTo(counts: Record<CountName, Count>, names: readonly CountName[], what: 'created' | 'alreadyHere'): void {
  for (const name of names) {
    const count = counts[name];
    counts[name] = {...count, inFile: count.inFile + 1, [what]: count[what] + 1};
  }
}

/** Called with the bytes just worked on: gives the page a turn now and then (then true), and notices a cancellation. */
function takeTurns(signal: AbortSignal | undefined): (bytes: number) => Promise<boolean> {
  let worked = 0;
  return async (bytes) => {
    if (signal?.aborted) throw new ImportError('cancelled', signal.reason);
    worked += bytes;
    if (worked < TURN_BYTES) return false;
    worked = 0;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
    return true;
  };
}
