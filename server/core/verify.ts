/**
 * Everything that a server keeps of an account, made anew from its rows and held against what is stored (`aster verify`).
 * Nothing is written, and nothing that people wrote is in what comes out: a difference names kind, id and place only.
 */

import {concatBytes, equalBytes} from '../../protocol/bytes.ts';
import {
  addLeaf,
  BUCKET_COUNT,
  type Bucket,
  bucketDigest,
  bucketOf,
  digestAt,
  EMPTY_BUCKET,
  isCounted,
  leafOf,
} from '../../protocol/digest.ts';
import type {Ref} from '../../protocol/entity.ts';
import type {DocumentRow, EntityRow} from '../storage/port.ts';
import type {StoredRow, VerifyStorage} from '../storage/verify-port.ts';
import {nativeHashOf} from './native-hash.ts';
import {isSoundWhole} from './sound.ts';

export type Difference =
  /** It fails its own hash. */
  | ({readonly type: 'damaged_row'} & Named)
  /** A column that queries go by says something else than the row. */
  | ({readonly type: 'misfiled_row'; readonly columns: readonly string[]} & Named)
  /** No commit has written it: pulls don't reach it. */
  | ({readonly type: 'row_beyond_head'; readonly seq: number} & Named)
  | {readonly type: 'bucket'; readonly bucket: number}
  | {readonly type: 'root'}
  | {readonly type: 'no_document'}
  | {readonly type: 'no_epoch'}
  /** Head and commits don't name the same last change. */
  | {readonly type: 'head'; readonly headSeq: number; readonly lastCommitSeq: number | undefined}
  | {readonly type: 'head_mark'}
  /** One mark names two commits: a history that can't be told from another. */
  | {readonly type: 'repeated_mark'; readonly seq: number}
  | {readonly type: 'floor'; readonly floor: number; readonly headSeq: number};

type Named = Pick<Ref, 'kind' | 'id'>;

export interface VerifiedAccount {
  readonly id: string;
  readonly username: string;
  /** Rows, erased deletions included. */
  readonly rows: number;
  /** Made anew from the rows. */
  readonly root: string;
  readonly differences: readonly Difference[];
}

/** Of the server, beside its accounts. */
export function verifyServer(storage: VerifyStorage): readonly Difference[] {
  return storage.epoch() === undefined && storage.accounts().length > 0 ? [{type: 'no_epoch'}] : [];
}

/** One snapshot: right also while a server writes. */
export function verifyAccount(
  storage: VerifyStorage,
  {id, username}: ReturnType<VerifyStorage['accounts']>[number],
): VerifiedAccount {
  return storage.snapshot(() => {
    const document = storage.document(id);
    const {rows, buckets, differences} = verifyRows(storage.rows(id), document?.headSeq ?? Number.MAX_SAFE_INTEGER);
    const digests = concatBytes(...buckets.map(bucketDigest));
    if (document === undefined) differences.push({type: 'no_document'});
    else {
      differences.push(...verifyDigests(storage, id, {document, buckets, digests}), ...verifyPlaces(document));
      differences.push(...verifyCommits(storage.commits(id), document));
    }
    return {id, username, rows, root: nativeHashOf(digests), differences};
  });
}

interface VerifiedRows {
  readonly rows: number;
  /** Of the rows that are sound. */
  readonly buckets: readonly Bucket[];
  readonly differences: Difference[];
}

function verifyRows(stored: Iterable<StoredRow>, headSeq: number): VerifiedRows {
  const buckets = Array.from({length: BUCKET_COUNT}, () => EMPTY_BUCKET);
  const differences: Difference[] = [];
  let rows = 0;
  for (const {row, misfiled} of stored) {
    rows += 1;
    const found = verifyRow(row, misfiled, headSeq);
    if (found !== undefined) differences.push(found);
    if (found?.type === 'damaged_row' || !isCounted(row)) continue;
    const index = bucketOf(row.id);
    buckets[index] = addLeaf(buckets[index] ?? EMPTY_BUCKET, leafOf(row));
  }
  return {rows, buckets, differences};
}

/** The first that holds: what a damaged row says of itself counts for nothing. */
function verifyRow(row: EntityRow, misfiled: readonly string[], headSeq: number): Difference | undefined {
  const {kind, id, seq, bodySeq} = row;
  if (!isSoundWhole(row)) return {type: 'damaged_row', kind, id};
  const columns = bodySeq > seq ? [...misfiled, 'body_seq'] : misfiled;
  if (columns.length > 0) return {type: 'misfiled_row', kind, id, columns};
  return seq > headSeq ? {type: 'row_beyond_head', kind, id, seq} : undefined;
}

interface Digested {
  readonly document: DocumentRow;
  readonly buckets: readonly Bucket[];
  readonly digests: Uint8Array;
}

function verifyDigests(storage: VerifyStorage, id: string, {document, buckets, digests}: Digested): Difference[] {
  const differing = buckets.flatMap(({sum, count}, index): Difference[] => {
    const kept = storage.bucket(id, index) ?? EMPTY_BUCKET;
    const isSame = kept.sum === sum && kept.count === count;
    return isSame && equalBytes(digestAt(document.digests, index), digestAt(digests, index))
      ? []
      : [{type: 'bucket', bucket: index}];
  });
  return nativeHashOf(document.digests) === document.root ? differing : [...differing, {type: 'root'}];
}

function verifyPlaces({floor, headSeq}: DocumentRow): Difference[] {
  return floor >= 0 && floor <= headSeq ? [] : [{type: 'floor', floor, headSeq}];
}

function verifyCommits(commits: Iterable<{seq: number; mark: string}>, {headSeq, headMark}: DocumentRow): Difference[] {
  const differences: Difference[] = [];
  const marks = new Set<string>();
  let last: {seq: number; mark: string} | undefined;
  for (const commit of commits) {
    if (marks.has(commit.mark)) differences.push({type: 'repeated_mark', seq: commit.seq});
    marks.add(commit.mark);
    last = commit;
  }
  if (last?.seq !== headSeq) return [...differences, {type: 'head', headSeq, lastCommitSeq: last?.seq}];
  return last.mark === headMark ? differences : [...differences, {type: 'head_mark'}];
}
