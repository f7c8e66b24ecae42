/**
 * What verifying reads of a database beside the storage port: every row as it lies there, and what the columns that queries
 * go by say of it. One snapshot per account.
 */

import type {Bucket} from '../../protocol/digest.ts';
import type {AccountRow, CommitRow, DocumentRow, EntityRow} from './port.ts';

export interface VerifyStorage {
  epoch(): string | undefined;
  accounts(): readonly Pick<AccountRow, 'id' | 'username'>[];
  /** All reads of `body` see one moment. */
  snapshot<T>(body: () => T): T;
  document(accountId: string): DocumentRow | undefined;
  /** Erased ones too; in no order that counts. */
  rows(accountId: string): Iterable<StoredRow>;
  /** In order of seq. */
  commits(accountId: string): Iterable<CommitRow>;
  bucket(accountId: string, index: number): Bucket | undefined;
}

export interface StoredRow {
  readonly row: EntityRow;
  /** Columns that don't say what follows from the row. */
  readonly misfiled: readonly string[];
}
