/**
 * The last words before a page goes. A save started while a page is closed may not end; localStorage is synchronous, so
 * what is unsaved then is put there and saved when the app starts again. Saving a draft whose save did end writes nothing.
 */

import * as z from 'zod/mini';
import type {Notebook} from '../../../db/repositories.ts';
import type {Loaded} from '../../../sync/changes.ts';
import type {Edit} from './note-session.ts';

export interface Draft {
  readonly noteId: string;
  readonly loaded: Loaded;
  readonly edit: Edit;
  /** The text that the edit was made of; left out where there is no room for both. */
  readonly shown?: string | undefined;
}

export interface Drafts {
  put(draft: Draft): void;
  remove(noteId: string): void;
  all(): Draft[];
}

const draftSchema = z.object({
  noteId: z.string(),
  loaded: z.object({stamp: z.string(), parts: z.object({meta: z.string(), data: z.string(), body: z.string()})}),
  edit: z.object({title: z.optional(z.string()), text: z.optional(z.string())}),
  shown: z.optional(z.string()),
});

/**
 * A full or forbidden storage loses drafts, never more: the editor still holds the text. The storage is the origin's, so
 * the app's own path keeps the drafts of two Asters on one host apart.
 */
export function createDrafts(storage: Storage | null, basePath: string): Drafts {
  const prefix = `aster.draft.${basePath}.`;
  return {
    put({shown, ...draft}) {
      const store = (value: Draft) => storage?.setItem(prefix + draft.noteId, JSON.stringify(value));
      const isStored = attempt(() => {
        store({...draft, shown});
        return true;
      });
      if (!isStored) attempt(() => store(draft));
    },
    remove: (noteId) => attempt(() => storage?.removeItem(prefix + noteId)),
    all: () => (storage === null ? [] : keysOf(storage, prefix).flatMap((key) => readDraft(storage.getItem(key)))),
  };
}

/** Saves what an earlier page couldn't. What can't be saved now stays for the next start, and is returned for another try. */
export async function recoverDrafts(
  notebook: Notebook,
  drafts: Drafts,
  earlier: readonly Draft[] = drafts.all(),
): Promise<readonly Draft[]> {
  const left: Draft[] = [];
  for (const draft of earlier) {
    const {noteId, loaded, edit, shown} = draft;
    const isSaved = await notebook.saveNote(noteId, loaded, edit, shown).then(
      () => true,
      () => false,
    );
    if (!isSaved) left.push(draft);
    else if (isKept(drafts, draft)) drafts.remove(noteId);
  }
  return left;
}

/** Else this page has put one of its own in its place. */
function isKept(drafts: Drafts, draft: Draft): boolean {
  const json = JSON.stringify(draft);
  return drafts.all().some((one) => JSON.stringify(one) === json);
}

function keysOf(storage: Storage, prefix: string): string[] {
  return Array.from({length: storage.length}, (_, index) => storage.key(index) ?? '').filter((key) =>
    key.startsWith(prefix),
  );
}

function readDraft(json: string | null): Draft[] {
  const parsed = draftSchema.safeParse(attempt(() => JSON.parse(json ?? '')));
  return parsed.success ? [parsed.data as Draft] : [];
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
