/** Why an action on the notebook can't be done. The storage's own failures are SyncFailures. */

export type NotebookErrorType =
  /** The note, place or revision isn't here, or no longer. */
  | 'missing'
  /** Its text isn't on this device yet. */
  | 'body_missing'
  /** A note can't be placed below itself. */
  | 'below_itself'
  /** What is above or below a place may not be here yet: a first sync is still bringing the tree (ADR 29). */
  | 'arriving';

export class NotebookError extends Error {
  readonly type: NotebookErrorType;

  constructor(type: NotebookErrorType, message: string) {
    super(message);
    this.name = 'NotebookError';
    this.type = type;
  }
}
