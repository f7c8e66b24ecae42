/**
 * The last words before a page goes. A save started while a page is closed may not end; localStorage is synchronous, so
 * what is unsaved then is put there, with the time when it was typed, and saved when the app starts again (ADR 32). Saving a draft
 * whose save did end writes nothing. Each page has drafts of its own: two tabs may hold different texts of one note.
 */

import * as z from 'zod/mini';
import type {Draft, Notebook} from '../../../db/repositories.ts';

export interface Drafts {
  put(draft: Draft): 'kept' | 'no room';
  /** This page's own. */
  remove(noteId: string): void;
  /** Those of all pages, the oldest first. */
  all(): KeptDraft[];
  /** Unless its page has put another in its place. */
  forget(kept: KeptDraft): void;
}

export interface KeptDraft {
  readonly key: string;
  readonly json: string;
  readonly draft: Draft;
}

/** One that an earlier build left doesn't say when it was typed: anything else is newer. */
const draftSchema = z.object({
  noteId: z.string(),
  loaded: z.object({stamp: z.string(), parts: z.object({meta: z.string(), data: z.string(), body: z.string()})}),
  edit: z.object({title: z.optional(z.string()), text: z.optional(z.string())}),
  shown: z.optional(z.string()),
  title: z._default(z.string(), ''),
  type: z._default(z.string(), 'text'),
  editedMs: z._default(z.number(), 0),
});

/**
 * A full or forbidden storage keeps no draft, and `put` says so: the editor still holds the text. The storage is the origin's, so
 * the app's own path keeps the drafts of two Asters on one host apart. `page`: a random id of this page.
 */
export function createDrafts(storage: Storage | null, basePath: string, page: string): Drafts {
  const prefix = `aster.draft.${basePath}.`;
  const keyOf = (noteId: string) => `${prefix}${page}.${noteId}`;
  return {
    put({shown, ...draft}) {
      if (storage === null) return 'no room';
      const store = (value: Draft) =>
        attempt(() => {
          storage.setItem(keyOf(draft.noteId), JSON.stringify(value));
          return 'kept' as const;
        });
      return store({...draft, shown}) ?? store(draft) ?? 'no room';
    },
    remove: (noteId) => attempt(() => storage?.removeItem(keyOf(noteId))),
    all: () =>
      (storage === null ? [] : keysOf(storage, prefix))
        .flatMap((key) => readDraft(key, storage?.getItem(key) ?? ''))
        .sort((a, b) => a.draft.editedMs - b.draft.editedMs),
    forget: ({key, json}) =>
      attempt(() => {
        if (storage?.getItem(key) === json) storage.removeItem(key);
      }),
  };
}

/** Saves what earlier pages couldn't. What can't be saved now stays for the next start, and is returned for another try. */
export async function recoverDrafts(
  notebook: Notebook,
  drafts: Drafts,
  earlier: readonly KeptDraft[] = drafts.all(),
): Promise<readonly KeptDraft[]> {
  const left: KeptDraft[] = [];
  for (const kept of earlier) {
    const isSaved = await notebook.saveDraft(kept.draft).then(
      () => true,
      () => false,
    );
    if (isSaved) drafts.forget(kept);
    else left.push(kept);
  }
  return left;
}

function keysOf(storage: Storage, prefix: string): string[] {
  return Array.from({length: storage.length}, (_, index) => storage.key(index) ?? '').filter((key) =>
    key.startsWith(prefix),
  );
}

function readDraft(key: string, json: string): KeptDraft[] {
  const parsed = draftSchema.safeParse(attempt(() => JSON.parse(json)));
  return parsed.success ? [{key, json, draft: parsed.data as Draft}] : [];
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
