/**
 * What an export becomes: the changes for each of its entries, in the order of the tree, parents first. Pure and without a
 * clock: the same export gives the same ids and the same bytes, so that importing it again, here or on another device,
 * makes the same entities. Only a sanitiser of another browser may write the same HTML in other bytes.
 */

import {type Bytes, utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import {NO_BYTES} from '../../protocol/entity.ts';
import {derivedId} from '../../protocol/ids.ts';
import {MAX_ENTITY_BYTES} from '../../protocol/limits.ts';
import {placeId, triliumAttachmentId, triliumNoteId} from '../notes/derived-ids.ts';
import {writeData} from '../notes/note-data.ts';
import {keysBetween} from '../notes/ordering.ts';
import type {Change} from '../sync/changes.ts';
import type {CountName, Problems} from './import-report.ts';
import {toNoteHtml} from './trilium-html.ts';
import {indexLinks, type LinkIndex} from './trilium-links.ts';
import type {TriliumAttribute, TriliumEntry} from './trilium-meta.ts';

/** `removed`: how many elements and attributes were taken out. */
export type Sanitize = (html: string) => {readonly html: string; readonly removed: number};

export interface PlannedChange {
  readonly change: Extract<Change, {readonly type: 'create'}>;
  readonly counts: readonly CountName[];
}

/** Where the top of the export goes: after the place with the key `lastKey`, or first where there is none. */
export interface ImportPlace {
  readonly noteId: string;
  readonly lastKey: string | null;
}

export interface PlanInput {
  readonly entries: readonly TriliumEntry[];
  /** Unpacked texts, for the paths in `textPaths`; without those that are missing or too large. */
  readonly textByPath: ReadonlyMap<string, Bytes>;
  readonly under: ImportPlace;
  readonly sanitize: Sanitize;
  /** Filled while the plan is walked. */
  readonly problems: Problems;
}

/** Room for `data` beside a body. */
export const MAX_TEXT_BYTES = MAX_ENTITY_BYTES - 64 * 1024;

/** The entries with a text that is kept, by path. */
export function textEntries(entries: readonly TriliumEntry[]): Map<string, TriliumEntry> {
  const withText = entries.filter((entry) => !entry.isClone && !isBinary(entry) && entry.dataPath !== null);
  return new Map(withText.map((entry) => [entry.dataPath ?? '', entry]));
}

/** One group for each entry: the note, its place, then what belongs to it. A group belongs into one transaction. */
export function* planTrilium(input: PlanInput): Generator<readonly PlannedChange[]> {
  const {entries, problems} = input;
  const links = indexLinks(entries);
  const inFile = new Set(entries.filter(({isClone}) => !isClone).map(({noteId}) => noteId));
  const keyByEntry = orderKeys(entries, input.under.lastKey);
  const planned = {notes: new Set<string>(), places: new Set<string>()};
  for (const entry of entries) {
    if (!inFile.has(entry.noteId)) {
      problems.add('clone_missing', entry.title);
      continue;
    }
    const isFirst = !entry.isClone && !planned.notes.has(entry.noteId);
    if (!entry.isClone && !isFirst) problems.add('note_twice', entry.title);
    const place = planPlace(entry, input.under.noteId, keyByEntry.get(entry) ?? '', isFirst);
    if (planned.places.has(place.change.id)) problems.add('place_twice', entry.title);
    const group = isFirst ? [planNote(entry, input, links)] : [];
    if (!planned.places.has(place.change.id)) group.push(place);
    if (isFirst) group.push(...planAttributes(entry, inFile, problems), ...planAttachments(entry, problems));
    planned.places.add(place.change.id);
    if (isFirst) planned.notes.add(entry.noteId);
    yield group;
  }
}

function orderKeys(entries: readonly TriliumEntry[], lastKey: string | null): Map<TriliumEntry, string> {
  const keyByEntry = new Map<TriliumEntry, string>();
  for (const [parent, siblings] of Map.groupBy(entries, (entry) => entry.parent)) {
    const keys = keysBetween(parent === null ? lastKey : null, null, siblings.length);
    siblings.forEach((entry, index) => {
      keyByEntry.set(entry, keys[index] ?? '');
    });
  }
  return keyByEntry;
}

function planPlace(entry: TriliumEntry, topId: string, key: string, isFirst: boolean): PlannedChange {
  const note = triliumNoteId(entry.noteId);
  const parent = entry.parent === null ? topId : triliumNoteId(entry.parent.noteId);
  const prefix = entry.prefix === '' ? undefined : entry.prefix;
  return {
    change: {type: 'create', kind: 'branch', id: placeId(parent, note), data: writeData({note, parent, key, prefix})},
    counts: isFirst ? ['places'] : ['places', 'clones'],
  };
}

function planNote(entry: TriliumEntry, input: PlanInput, links: LinkIndex): PlannedChange {
  const {body, type, mime} = contentOf(entry, input, links);
  return {
    change: {
      type: 'create',
      kind: 'note',
      id: triliumNoteId(entry.noteId),
      data: writeData({title: entry.title, type, mime}),
      body,
    },
    counts: isBinary(entry) ? ['notes', 'binaryNotes'] : ['notes'],
  };
}

interface Content {
  readonly body: Bytes;
  readonly type: string;
  readonly mime: string;
}

function contentOf(entry: TriliumEntry, {textByPath, sanitize, problems}: PlanInput, links: LinkIndex): Content {
  const {type, mime, title, dataPath} = entry;
  if (isBinary(entry)) {
    problems.add(type === 'image' ? 'image_bytes' : 'file_bytes', title);
    return {body: NO_BYTES, type, mime};
  }
  const bytes = (dataPath === null ? undefined : textByPath.get(dataPath)) ?? NO_BYTES;
  const text = utf8Text(bytes);
  if (text === undefined) problems.add('text_damaged', title);
  if (type !== 'text') return {body: text === undefined ? NO_BYTES : bytes, type, mime};
  if (entry.format === 'markdown') {
    problems.add('markdown', title);
    return {body: text === undefined ? NO_BYTES : bytes, type: 'code', mime: 'text/x-markdown'};
  }
  const html = toNoteHtml(text ?? '', title, entry.basePath, links, () => problems.add('link_missing', title));
  const clean = sanitize(html);
  if (clean.removed > 0) problems.add('text_cleaned', title);
  return {body: utf8Bytes(clean.html), type, mime: 'text/html'};
}

function planAttributes(entry: TriliumEntry, inFile: ReadonlySet<string>, problems: Problems): PlannedChange[] {
  const note = triliumNoteId(entry.noteId);
  const seen = new Map<string, number>();
  return entry.attributes.map((attribute) => {
    const {type, name, isInheritable, position} = attribute;
    const words = [entry.noteId, type, name, attribute.value, String(position), String(isInheritable)];
    // Trilium lets a note have the very same label twice.
    const nth = seen.get(words.join('\n')) ?? 0;
    seen.set(words.join('\n'), nth + 1);
    const value = keptValue(attribute, entry, inFile, problems);
    return {
      change: {
        type: 'create',
        kind: 'attribute',
        id: derivedId('trilium-attribute', ...words, String(nth)),
        data: writeData({note, type, name, value, inheritable: isInheritable, position}),
      },
      counts: [type === 'label' ? 'labels' : 'relations'],
    };
  });
}

function keptValue(
  {type, value}: TriliumAttribute,
  entry: TriliumEntry,
  inFile: ReadonlySet<string>,
  problems: Problems,
): string {
  if (type === 'label') return value;
  if (inFile.has(value)) return triliumNoteId(value);
  problems.add('relation_missing', entry.title);
  return value;
}

function planAttachments(entry: TriliumEntry, problems: Problems): PlannedChange[] {
  return entry.attachments.map(({attachmentId, title, role, mime, position}) => {
    problems.add('attachment_bytes', entry.title);
    const note = triliumNoteId(entry.noteId);
    const data = writeData({note, title, role, mime, position});
    const id = triliumAttachmentId(attachmentId);
    return {change: {type: 'create', kind: 'attachment', id, data}, counts: ['attachments']};
  });
}

/** Notes that are nothing but bytes. */
function isBinary({type}: TriliumEntry): boolean {
  return type === 'image' || type === 'file';
}
