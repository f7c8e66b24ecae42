/**
 * The list of notes of a Trilium export, `!!!meta.json`: a tree of entries, validated one by one so that a single bad one
 * doesn't cost the rest, and flattened to the order of the tree, parents first.
 *
 * Siblings are put in the order in which Trilium shows them: by `notePosition`; an entry without one (clones have none)
 * comes after those before it in the list, as it does when Trilium imports its own export.
 */

import * as z from 'zod/mini';
import {utf8Text} from '../../protocol/bytes.ts';
import {ImportError} from './import-error.ts';
import type {Problems} from './import-report.ts';

export const META_FILE_NAME = '!!!meta.json';

export interface TriliumEntry {
  readonly noteId: string;
  /** The entry above it; null at the top. */
  readonly parent: TriliumEntry | null;
  readonly isClone: boolean;
  readonly title: string;
  readonly prefix: string;
  readonly type: string;
  readonly mime: string;
  readonly format: string;
  /** Path in the zip of its text or bytes; null where it has none. */
  readonly dataPath: string | null;
  /** Path of the folder with what is below it, without a slash at its end; null where it has none. */
  readonly folderPath: string | null;
  /** Folder that the files of this entry lie in, with a slash at its end, or empty. */
  readonly basePath: string;
  readonly attributes: readonly TriliumAttribute[];
  readonly attachments: readonly TriliumAttachment[];
}

const text = z.catch(z.string(), '');
const flag = z.catch(z.boolean(), false);
const list = z.catch(z.array(z.unknown()), () => []);
const number = z.catch(z.number(), 0);

const metaSchema = z.looseObject({formatVersion: z.number(), files: z.array(z.unknown())});
const entrySchema = z.looseObject({
  noteId: text,
  isClone: flag,
  noImport: flag,
  title: text,
  prefix: text,
  notePosition: z.catch(z.optional(z.number()), undefined),
  type: text,
  mime: text,
  format: text,
  dataFileName: text,
  dirFileName: text,
  attributes: list,
  attachments: list,
  children: list,
});
const attributeSchema = z.looseObject({
  type: z.enum(['label', 'relation']),
  name: z.string().check(z.minLength(1)),
  value: text,
  isInheritable: flag,
  position: number,
});
const attachmentSchema = z.looseObject({
  attachmentId: z.string().check(z.minLength(1)),
  title: text,
  role: text,
  mime: text,
  position: number,
  dataFileName: text,
});

export type TriliumAttribute = z.infer<typeof attributeSchema>;
export type TriliumAttachment = z.infer<typeof attachmentSchema>;
type RawEntry = z.infer<typeof entrySchema>;

export interface TriliumMeta {
  readonly entries: readonly TriliumEntry[];
  /** Paths of files that are marked as not to be imported (the export's own pages). */
  readonly ignoredPaths: readonly string[];
}

const MAX_FORMAT_VERSION = 2;
/** Deeper than any notebook; keeps the paths short. */
const MAX_DEPTH = 1000;

/** Throws ImportError for what is no list of notes; anything smaller becomes a problem. */
export function parseMeta(bytes: Uint8Array, problems: Problems): TriliumMeta {
  const meta = z.safeParse(metaSchema, parseJson(bytes));
  if (!meta.success) throw new ImportError('not_an_export');
  if (meta.data.formatVersion > MAX_FORMAT_VERSION) throw new ImportError('newer_export');
  return flatten(meta.data.files, problems);
}

interface Waiting {
  /** Undefined: could not be read. */
  readonly raw: RawEntry | undefined;
  readonly parent: TriliumEntry | null;
  readonly basePath: string;
  readonly depth: number;
}

function flatten(files: readonly unknown[], problems: Problems): TriliumMeta {
  const entries: TriliumEntry[] = [];
  const ignoredPaths: string[] = [];
  const stack = waitingFor(files, {parent: null, basePath: '', depth: 0}).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const {raw} = next;
    if (raw?.noImport) ignoredPaths.push(next.basePath + raw.dataFileName);
    else if (raw === undefined || raw.noteId === '') problems.add('entry_unreadable', raw?.title);
    else {
      const entry = toEntry(raw, next, problems);
      entries.push(entry);
      stack.push(...childrenOf(raw, entry, next).reverse());
    }
  }
  return {entries, ignoredPaths};
}

function childrenOf(raw: RawEntry, parent: TriliumEntry, {basePath, depth}: Waiting): Waiting[] {
  if (depth === MAX_DEPTH) throw new ImportError('damaged');
  const below = raw.dirFileName === '' ? basePath : `${basePath}${raw.dirFileName}/`;
  return waitingFor(raw.children, {parent, basePath: below, depth: depth + 1});
}

function waitingFor(values: readonly unknown[], where: Omit<Waiting, 'raw'>): Waiting[] {
  let last = 0;
  const placed = values.map((value) => {
    const entry = z.safeParse(entrySchema, value);
    const raw = entry.success ? entry.data : undefined;
    const position = raw?.notePosition ?? last + 10;
    last = Math.max(last, position);
    return {waiting: {...where, raw}, position};
  });
  return placed.sort((a, b) => a.position - b.position).map(({waiting}) => waiting);
}

function toEntry(raw: RawEntry, {parent, basePath}: Waiting, problems: Problems): TriliumEntry {
  const title = raw.title === '' ? raw.noteId : raw.title;
  const readAll = <T>(schema: z.ZodMiniType<T>, values: readonly unknown[]): T[] =>
    values.flatMap((value) => {
      const read = z.safeParse(schema, value);
      if (!read.success) problems.add('attribute_unreadable', title);
      return read.success ? [read.data] : [];
    });
  return {
    noteId: raw.noteId,
    parent,
    isClone: raw.isClone,
    title,
    prefix: raw.prefix,
    type: raw.type === '' ? 'text' : raw.type,
    mime: raw.mime,
    format: raw.format,
    dataPath: raw.dataFileName === '' ? null : basePath + raw.dataFileName,
    folderPath: raw.dirFileName === '' ? null : basePath + raw.dirFileName,
    basePath,
    attributes: readAll(attributeSchema, raw.attributes),
    attachments: readAll(attachmentSchema, raw.attachments),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  const text = utf8Text(bytes);
  if (text === undefined) throw new ImportError('damaged');
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new ImportError('damaged', error);
  }
}
