/**
 * Where the addresses in exported notes lead: relative paths between the files of the zip, percent-encoded in links and
 * mostly not in pictures; and the addresses that Trilium leaves as they are when their target isn't exported
 * (`#root/…/noteId`, `api/images/noteId/…`, `api/attachments/attachmentId/…`).
 */

import {triliumAttachmentId, triliumNoteId} from '../notes/derived-ids.ts';
import type {TriliumEntry} from './trilium-meta.ts';

export type Target =
  | {readonly kind: 'note'; readonly id: string; readonly title: string}
  | {readonly kind: 'attachment'; readonly id: string; readonly title: string}
  /** Meant to be in the notebook, but not in the zip. */
  | {readonly kind: 'missing'}
  /** Nothing of the notebook's: left as it is. */
  | {readonly kind: 'outside'};

export interface LinkIndex {
  /** `basePath`: folder of the file that the address is in. */
  resolve(address: string, basePath: string): Target;
  /** By the id that it has in Trilium. */
  note(theirId: string): Target;
}

const MISSING: Target = {kind: 'missing'};
const OUTSIDE: Target = {kind: 'outside'};
const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;
const INNER_LINK = /^#root(?:\/[\w-]+)*\/([\w-]+)/;
const INNER_FILE = /^\/?api\/(images|notes|attachments)\/([\w-]+)/;

export function indexLinks(entries: readonly TriliumEntry[]): LinkIndex {
  const noteById = new Map<string, Target>();
  const attachmentById = new Map<string, Target>();
  const targetByPath = new Map<string, Target>();
  for (const entry of entries) {
    const {noteId, title} = entry;
    const note: Target = {kind: 'note', id: triliumNoteId(noteId), title};
    if (!entry.isClone && !noteById.has(noteId)) noteById.set(noteId, note);
    // A note without a text of its own is linked by its folder.
    for (const path of [entry.dataPath, entry.folderPath]) {
      if (path !== null && !targetByPath.has(path)) targetByPath.set(path, note);
    }
    for (const {attachmentId, title, dataFileName} of entry.attachments) {
      const attachment: Target = {kind: 'attachment', id: triliumAttachmentId(attachmentId), title};
      attachmentById.set(attachmentId, attachment);
      if (dataFileName !== '') targetByPath.set(entry.basePath + dataFileName, attachment);
    }
  }
  const note = (theirId: string) => noteById.get(theirId) ?? MISSING;
  const attachment = (theirId: string) => attachmentById.get(theirId) ?? MISSING;

  const resolve = (address: string, basePath: string): Target => {
    const inner = INNER_LINK.exec(address)?.[1];
    if (inner !== undefined) return note(inner);
    if (address === '' || address.startsWith('#') || ABSOLUTE.test(address)) return OUTSIDE;
    const [, store, id] = INNER_FILE.exec(address) ?? [];
    if (id !== undefined) return store === 'attachments' ? attachment(id) : note(id);
    for (const path of pathsOf(address, basePath)) {
      const target = targetByPath.get(path);
      if (target !== undefined) return target;
    }
    return MISSING;
  };
  return {resolve, note};
}

/** What the address may mean: as a link, then as the bare name of a file, which may have any of `%?#` in it. */
function pathsOf(address: string, basePath: string): string[] {
  const readings = [decodePath(address.replace(/[?#].*$/s, '')), address];
  return readings.flatMap((path) => joinPath(basePath, path) ?? []);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Undefined where it leads out of the zip. */
function joinPath(basePath: string, path: string): string | undefined {
  const joined = basePath.split('/').slice(0, -1);
  for (const step of path.split('/')) {
    if (step === '..') {
      if (joined.pop() === undefined) return undefined;
    } else if (step !== '.' && step !== '') joined.push(step);
  }
  return joined.join('/');
}
