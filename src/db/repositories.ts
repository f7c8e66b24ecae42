/**
 * What the screens read and write, in their own words. Implemented on Dexie in this folder; reads are live, writes go
 * through the Writer and are durable when their promise resolves. Rejects with SyncFailure when the device can't store.
 */

import type {ConflictState, Kind, Ref, RevisionReason, Version} from '../../protocol/entity.ts';
import type {SyncError} from '../../protocol/errors.ts';
import type {LifetimeValues} from '../notes/lifetimes.ts';
import type {AttachmentData, AttributeData, BranchData, NoteData} from '../notes/note-data.ts';
import type {Live} from '../sync/api.ts';
import type {Loaded} from '../sync/changes.ts';
import type {OutboxRow, Unresolved} from '../sync/ports.ts';

/** A live note, by what the tree shows of it. */
export interface NoteTitle {
  readonly id: string;
  readonly title: string;
}

export interface BranchHead extends BranchData {
  readonly id: string;
  readonly stamp: string;
}

/** All live notes and branches; src/notes/tree.ts turns them into what is shown. */
export interface TreeSource {
  readonly notes: readonly NoteTitle[];
  readonly branches: readonly BranchHead[];
  /** Whether everything that the server has is here; "Unfiled" shows only then. */
  readonly complete: boolean;
  /** A first sync is still bringing notes and places; what is moved or deleted waits for them. */
  readonly arriving: boolean;
}

export interface NoteView extends NoteData {
  readonly id: string;
  readonly loaded: Loaded;
  /** Null: the text isn't here yet. Decoded from UTF-8; `undecodable` where it can't be. */
  readonly text: string | null;
  readonly undecodable: boolean;
  readonly deleted: boolean;
  /** `saved`: on this device; `synced`: the server has it. */
  readonly sync: 'saved' | 'synced' | 'refused';
  readonly modifiedMs: number;
}

export interface AttributeView extends AttributeData {
  readonly id: string;
}

export interface RevisionView {
  readonly id: string;
  readonly of: string;
  readonly ofKind: Kind;
  readonly reason: RevisionReason;
  readonly state: ConflictState | null;
  readonly wasDeleted: boolean;
  /** When that version was written, by its stamp. */
  readonly atMs: number;
  readonly deviceName: string;
  readonly title: string;
  readonly type: string;
  /** Null: not here yet. */
  readonly text: string | null;
}

/** A conflict that nobody has dealt with, by the note that it belongs to. */
export interface ConflictHead {
  /** Of the revision that keeps the version which lost. */
  readonly id: string;
  readonly ofKind: 'note' | 'attribute' | 'attachment';
  /** Null where nothing here tells. */
  readonly noteId: string | null;
  readonly title: string;
}

export type ConflictContent =
  /** `text` as in NoteView. */
  | {
      readonly kind: 'note';
      readonly title: string;
      readonly type: string;
      readonly mime: string;
      readonly text: string | null;
      readonly undecodable: boolean;
    }
  | ({readonly kind: 'attribute'} & AttributeData)
  | ({readonly kind: 'attachment'} & AttachmentData)
  /** Erased, or data that isn't ours. */
  | {readonly kind: 'nothing'};

export interface ConflictSide {
  /** What is stored to fetch its text by. */
  readonly ref: Ref;
  readonly deleted: boolean;
  /** When and where it was written. */
  readonly atMs: number;
  readonly deviceName: string;
  readonly content: ConflictContent;
}

/** Both sides of a conflict, in one moment. */
export interface ConflictView extends ConflictHead {
  /** Null where it isn't on this device. */
  readonly current: ConflictSide | null;
  readonly other: ConflictSide;
  /** Given with what is decided. */
  readonly loaded: Loaded | null;
  /** Its note was deleted, whatever became of the part that the conflict is about. */
  readonly isNoteDeleted: boolean;
}

/** `back`, `deleted`: for an edit that met a deletion. */
export type ConflictChoice = 'current' | 'other' | 'both' | 'back' | 'deleted';

/** `elsewhere`: another device or tab was faster, and nothing was changed. `copyId`: the second note of "both". */
export type Settled = {readonly outcome: 'settled'; readonly copyId?: string} | {readonly outcome: 'elsewhere'};

export interface WaitingChange {
  readonly kind: Kind;
  readonly id: string;
  /** Title of the note that it belongs to. */
  readonly title: string;
  readonly change: 'created' | 'edited' | 'deleted';
  readonly queuedMs: number;
  readonly bytes: number;
  readonly tries: number;
  readonly error: SyncError | null;
}

/** What no side has whole, as this device sees it. */
export interface UnresolvedEntity extends Unresolved {
  /** Of the note that it belongs to; empty where nothing here tells. */
  readonly title: string;
  /** That note, where it can be opened. */
  readonly noteId: string | null;
}

/** A waiting change with everything that this device has of it, for an export. */
export interface UnsyncedChange {
  readonly title: string;
  readonly change: WaitingChange['change'];
  /** Times, tries, refusal, base and the server's version. */
  readonly row: OutboxRow;
  /** What waits. Its body is null where the text isn't on this device: then the change doesn't touch it. */
  readonly version: Version;
}

/** A row of the notebook; `title` of the note that it belongs to. */
export interface NotebookEntry {
  readonly title: string;
  readonly version: Version;
}

/** What a page left unsaved. */
export interface Draft {
  readonly noteId: string;
  readonly loaded: Loaded;
  readonly edit: {readonly title?: string; readonly text?: string};
  /** The text that the edit was made of; left out where there is no room for both. */
  readonly shown?: string | undefined;
  /** What the note was then. */
  readonly title: string;
  readonly type: string;
  /** When the last of it was typed, in milliseconds of this device's clock. */
  readonly editedMs: number;
}

export interface Saved {
  /** Of what was given, which isn't what is stored where it was merged. */
  readonly loaded: Loaded;
  /** The text of another tab or device was replaced by this save and is in "Revisions". */
  readonly conflict: boolean;
}

/** What somebody saw who was asked whether it may be deleted, by the note's id. */
export type Seen = ReadonlyMap<string, Loaded>;

export type Placement = {
  readonly parent: string;
  readonly position: 'first' | 'last' | {readonly before: string} | {readonly after: string};
};

export interface Notebook {
  watchTree(): Live<TreeSource>;
  watchNote(id: string): Live<NoteView | null>;
  watchAttributes(noteId: string): Live<readonly AttributeView[]>;
  watchRevisions(noteId: string): Live<readonly RevisionView[]>;
  /** Ids of the revisions of a note that are conflicts nobody has dealt with. */
  watchConflicts(noteId: string): Live<readonly string[]>;
  /** All of the notebook, newest first. */
  watchAllConflicts(): Live<readonly ConflictHead[]>;
  /** Null once it is dealt with. */
  watchConflict(id: string): Live<ConflictView | null>;
  /** What is decided and that it is decided are stored together; what goes is kept as a revision. */
  settleConflict(conflict: ConflictView, choice: ConflictChoice): Promise<Settled>;
  /** Puts parts of the other version into the current one. With nothing left that differs the conflict is settled. */
  takeFromOther(
    conflict: ConflictView,
    edit: {readonly title?: string; readonly text?: string},
  ): Promise<Settled | null>;
  watchOutbox(): Live<readonly WaitingChange[]>;
  watchUnresolved(): Live<readonly UnresolvedEntity[]>;
  /** Everything in the outbox, refused changes first, in pieces that fit into memory; each piece is one moment. */
  readUnsynced(): AsyncIterable<readonly UnsyncedChange[]>;
  /** Everything that is stored, deleted and older versions too, in pieces that fit into memory. */
  readAll(): AsyncIterable<readonly NotebookEntry[]>;
  createNote(
    placement: Placement,
    note: {readonly title: string; readonly type?: string; readonly text?: string},
  ): Promise<string>;
  /**
   * Nothing is written when neither differs from what is stored. `shown`: the text that the editor showed; with it, what was stored
   * meanwhile is merged where the two don't overlap.
   */
  saveNote(
    id: string,
    loaded: Loaded,
    edit: {readonly title?: string; readonly text?: string},
    shown?: string,
  ): Promise<Saved>;
  /**
   * Saves a draft as of the time when it was typed: a newer text stands, and the draft is a conflict beside it; of a note that is gone it becomes
   * a note of its own, at the top. Twice is once. Rejects with NotebookError `arriving` while the note may still come.
   */
  saveDraft(draft: Draft): Promise<void>;
  /** `shown`: the title that was to be changed. Another that has come since is kept as a conflict. */
  renameNote(id: string, title: string, shown: string): Promise<void>;
  /** The note and everything below it, as they are now: to be read when the question is put. */
  readSeen(noteId: string): Promise<Seen>;
  /**
   * Removes this place; with its last place the note, and what is only below it, goes to "Recently deleted". A text or title that
   * isn't in `seen` is kept as a conflict, so that somebody is asked about it. Left out: everything was seen.
   */
  deletePlace(branchId: string, seen?: Seen): Promise<void>;
  movePlace(branchId: string, to: Placement): Promise<void>;
  addPlace(noteId: string, to: Placement): Promise<void>;
  restoreRevision(revisionId: string): Promise<void>;
  saveRevision(noteId: string): Promise<void>;
  /** How long deleted notes and revisions are kept, on all devices. */
  watchLifetimes(): Live<LifetimeValues>;
  saveLifetimes(values: LifetimeValues): Promise<void>;
}
