/** What an import did and what it could not keep, for the screen that shows it. */

export const COUNT_NAMES = ['notes', 'places', 'clones', 'labels', 'relations', 'attachments', 'binaryNotes'] as const;
/** Clones are among the places, binary notes (images and files) among the notes. */
export type CountName = (typeof COUNT_NAMES)[number];

export interface Count {
  readonly inFile: number;
  readonly created: number;
  /** Came with an earlier import, or was deleted or changed here since: left alone. */
  readonly alreadyHere: number;
}

export type ProblemType = keyof typeof WORDS_BY_PROBLEM;

/** One kind of loss, with every note that it happened to. */
export interface ImportProblem {
  readonly type: ProblemType;
  readonly what: string;
  readonly cure: string;
  /** How often it happened. */
  readonly count: number;
  /** Titles of the notes in the order of the tree, each once where there are no `noteIds`; empty where it belongs to no note. */
  readonly noteTitles: readonly string[];
  /** In the same order, where the notes are to be opened. */
  readonly noteIds?: readonly string[];
}

export interface ImportReport {
  readonly counts: Readonly<Record<CountName, Count>>;
  readonly problems: readonly ImportProblem[];
  /** The imported notes that are nobody's child in the file, to be shown first. */
  readonly topNoteIds: readonly string[];
}

const LATER = 'Keep the zip: importing it again fills this in once this version of Aster is updated to keep files.';

const WORDS_BY_PROBLEM = {
  image_bytes: {what: 'Pictures are not kept yet; their notes are, without the picture.', cure: LATER},
  file_bytes: {what: 'Files are not kept yet; their notes are, without the file.', cure: LATER},
  attachment_bytes: {what: 'Attachments are not kept yet; their names and places in the text are.', cure: LATER},
  text_missing: {what: 'The zip lacks the text of this note.', cure: 'Export the note again and import that.'},
  text_damaged: {what: 'The text of this note is not readable text.', cure: 'Export the note again and import that.'},
  text_too_large: {what: 'The text of this note is too large.', cure: 'Split it into several notes and export again.'},
  text_cleaned: {
    what: 'Parts of the text that could run code or change the looks of the app were left out.',
    cure: 'Compare the note with the original if something is missing.',
  },
  markdown: {what: 'The text is Markdown and is kept as that.', cure: 'Export as HTML for formatted text.'},
  link_missing: {
    what: 'A link or picture leads to something that is not in the zip; its words are kept.',
    cure: 'The address is shown on hovering. Export a larger part of the notebook to have it whole.',
  },
  relation_missing: {
    what: 'A relation leads to a note that is not in the zip; it is kept with the id that the note has in Trilium.',
    cure: 'Export a larger part of the notebook to have it whole.',
  },
  clone_missing: {what: 'A place of a note that is not in the zip was left out.', cure: 'Export the note as well.'},
  note_twice: {what: 'The zip lists this note more than once; the first one counts.', cure: 'Nothing to do.'},
  place_twice: {what: 'The zip lists this place more than once.', cure: 'Nothing to do.'},
  file_twice: {what: 'The zip has two files of one name; the first one counts.', cure: 'Nothing to do.'},
  file_unknown: {what: 'The zip has files that belong to no note.', cure: 'Nothing to do, unless you put them there.'},
  deleted_here: {
    what: 'This note was deleted here, and stays deleted.',
    cure: 'To bring it back open it and type in it, or choose one of its revisions. That works until the time of the deletion has passed.',
  },
  entry_unreadable: {what: 'An entry in the list of notes could not be read.', cure: 'Export again.'},
  attribute_unreadable: {what: 'A label, relation or attachment could not be read.', cure: 'Export again.'},
} as const;

/** Collects what goes wrong, grouped by kind. */
export class Problems {
  readonly #byType = new Map<ProblemType, {count: number; readonly titles: Set<string>}>();
  readonly #deleted: {readonly id: string; readonly title: string}[] = [];

  add(type: Exclude<ProblemType, 'deleted_here'>, noteTitle?: string): void {
    const group = this.#byType.get(type) ?? {count: 0, titles: new Set<string>()};
    group.count++;
    if (noteTitle !== undefined) group.titles.add(noteTitle);
    this.#byType.set(type, group);
  }

  addDeleted(note: {readonly id: string; readonly title: string}): void {
    this.#deleted.push(note);
  }

  list(): ImportProblem[] {
    const others = [...this.#byType].map(([type, {count, titles}]) => ({
      type,
      ...WORDS_BY_PROBLEM[type],
      count,
      noteTitles: [...titles],
    }));
    if (this.#deleted.length === 0) return others;
    const deleted: ImportProblem = {
      type: 'deleted_here',
      ...WORDS_BY_PROBLEM.deleted_here,
      count: this.#deleted.length,
      noteTitles: this.#deleted.map(({title}) => title),
      noteIds: this.#deleted.map(({id}) => id),
    };
    return [deleted, ...others];
  }
}
