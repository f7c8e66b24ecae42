/**
 * What the screens read and write, in their own words. Implemented on Dexie in this folder; reads are live, writes go
 * through the Writer and are durable when their promise resolves. Rejects with SyncFailure when the device can't store.
 */

import type {ConflictState, Kind, RevisionReason, Version} from '../../protocol/entity.ts';
import type {SyncError} from '../../protocol/errors.ts';
import type {LifetimeValues} from '../notes/lifetimes.ts';
import type {AttributeData, BranchData, NoteData} from '../notes/note-data.ts';
import type {Live} from '../sync/api.ts';
import type {Loaded, OutboxRow, Unresolved} from '../sync/ports.ts';

/** A live note's head; its title is all the tree needs. */
export interface NoteHead extends NoteData {
  readonly id: string;
}

export interface BranchHead extends BranchData {
  readonly id: string;
  readonly stamp: string;
}

/** All live notes and branches; src/notes/tree.ts turns them into what is shown. */
export interface TreeSource {
  readonly notes: readonly NoteHead[];
  readonly branches: readonly BranchHead[];
  /** Whether everything that the server has is here; "Unfiled" shows only then. */
  readonly complete: boolean;
}

export interface NoteView extends NoteHead {
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

export interface Saved {
  readonly loaded: Loaded;
  /** The text of another tab or device was replaced by this save and is in "Revisions". */
  readonly conflict: boolean;
}

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
  watchOutbox(): Live<readonly WaitingChange[]>;
  watchUnresolved(): Live<readonly UnresolvedEntity[]>;
  /** Everything in the outbox, refused changes first, in pieces that fit into memory; each piece is one moment. */
  readUnsynced(): AsyncIterable<readonly UnsyncedChange[]>;
  createNote(
    placement: Placement,
    note: {readonly title: string; readonly type?: string; readonly text?: string},
  ): Promise<string>;
  /** Nothing is written when neither differs from what is stored. */
  saveNote(id: string, loaded: Loaded, edit: {readonly title?: string; readonly text?: string}): Promise<Saved>;
  renameNote(id: string, title: string): Promise<void>;
  /** Removes this place; with its last place the note, and what is only below it, goes to "Recently deleted". */
  deletePlace(branchId: string): Promise<void>;
  movePlace(branchId: string, to: Placement): Promise<void>;
  addPlace(noteId: string, to: Placement): Promise<void>;
  restoreRevision(revisionId: string): Promise<void>;
  saveRevision(noteId: string): Promise<void>;
  /** How long deleted notes and revisions are kept, on all devices. */
  watchLifetimes(): Live<LifetimeValues>;
  saveLifetimes(values: LifetimeValues): Promise<void>;
}
