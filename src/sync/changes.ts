/**
 * How the notebook is changed: what a change says, what came of it, and the writer, by whom alone it is made. What engine and
 * screens need of the world is in ports.ts.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import type {Head, PartHashes, Ref, RevisionReason} from '../../protocol/entity.ts';
import type {Stamp} from '../../protocol/stamp.ts';

/** What an editor shows; given with every save. */
export interface Loaded {
  readonly stamp: Stamp;
  readonly parts: PartHashes;
}

/**
 * A change of one entity. `save` is an editor's, on top of what it had loaded; a part that it replaces without having
 * shown it is first kept as a `conflict` revision. `patch` is computed inside the transaction on top of what is stored.
 * Where others have a `loaded`, it is what the person saw who decided: a version that they didn't see is kept likewise, and so is one
 * that a patch replaces.
 */
export type EntityChange =
  | (Ref & {readonly type: 'create'; readonly data: Bytes; readonly body?: Bytes})
  /**
   * `shown`: the body that the editor showed, so that one that was stored meanwhile can be merged with the new one. `editedMs`: when it was typed, in
   * device time, where that wasn't now: a newer version that its editor didn't show stands then, and this one is the conflict.
   */
  | (Ref & {
      readonly type: 'save';
      readonly loaded: Loaded;
      readonly data?: Bytes;
      readonly body?: Bytes;
      readonly shown?: Bytes;
      readonly editedMs?: number;
    })
  /** `hasShown`: whether the person saw this version, as far as it is replaced. */
  | (Ref & {
      readonly type: 'patch';
      readonly edit: (stored: Head) => Bytes | null;
      readonly hasShown?: (stored: Head) => boolean;
    })
  /** `eraseAfterMs`: where it isn't given, what the options say. `of`: the note that this is deleted with. */
  | (Ref & {
      readonly type: 'delete';
      readonly eraseAfterMs?: number;
      readonly of?: string;
      readonly loaded?: Loaded;
    })
  | (Ref & {readonly type: 'undelete'})
  /** Replaces the stored version, which is kept as a `restore` revision, by that of a revision. */
  | (Ref & {readonly type: 'restore'; readonly revision: string; readonly loaded?: Loaded})
  /** The same by given parts; the other part stays. */
  | (Ref & {readonly type: 'replace'; readonly loaded: Loaded; readonly data?: Bytes; readonly body?: Bytes})
  /** Keeps the stored version as a revision. */
  | (Ref & {readonly type: 'keep'; readonly reason: RevisionReason});

/**
 * Deals with an open conflict, named by its revision, which becomes `resolved`; what was decided is made with it. Where
 * that can't be, as what was to come back is erased, or somebody was faster, nothing is.
 */
export type Resolution = Ref & {
  readonly type: 'resolve';
  readonly kind: 'revision';
  readonly changes: readonly EntityChange[];
};

export type Change = EntityChange | Resolution;

/**
 * `exists`, `missing`, `unchanged`, `body_missing`, `settled` (a conflict that is dealt with): nothing was written for this change.
 * `merged`: with what was stored meanwhile; `loaded` is then of what was given, not of what is stored. `kept`: as a conflict beside a newer
 * version, which stands.
 */
export interface Written extends Ref {
  readonly outcome:
    | 'written'
    | 'written_over_conflict'
    | 'merged'
    | 'kept'
    | 'unchanged'
    | 'exists'
    | 'missing'
    | 'body_missing'
    | 'settled';
  readonly loaded: Loaded | null;
}

/**
 * The only way to change the notebook: entity, outbox row, stamp and revisions of all changes in one transaction. Rejects
 * with SyncFailure when the device can't store them; then nothing was written.
 */
export interface Writer {
  write(changes: readonly Change[]): Promise<Written[]>;
  /** A new random id. */
  newId(): string;
}
