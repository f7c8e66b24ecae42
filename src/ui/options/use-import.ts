/** One import as the screen sees it: nothing yet, under way, ended with a report, or failed with a cause. */

import {useRef, useState} from 'react';
import {SyncFailure} from '../../../protocol/errors.ts';
import {ImportError} from '../../transfer/import-error.ts';
import type {ImportReport} from '../../transfer/import-report.ts';
import type {ImportProgress} from '../../transfer/import-trilium.ts';
import {useApp} from '../app-context.ts';
import {errorWords} from '../words.ts';

export type ImportState =
  | {readonly state: 'idle'}
  | {readonly state: 'running'; readonly fileName: string; readonly progress: ImportProgress | null}
  | {readonly state: 'done'; readonly fileName: string; readonly report: ImportReport}
  | {readonly state: 'failed'; readonly what: string; readonly cure: string};

export interface Import {
  readonly current: ImportState;
  start(file: File): Promise<void>;
  /** What had arrived stays; the same file again goes on. */
  stop(): void;
}

export function useImport(): Import {
  const {writer, importTrilium} = useApp();
  const [current, setCurrent] = useState<ImportState>({state: 'idle'});
  const abort = useRef<AbortController | null>(null);
  async function start(file: File): Promise<void> {
    const fileName = file.name;
    abort.current = new AbortController();
    const {signal} = abort.current;
    setCurrent({state: 'running', fileName, progress: null});
    try {
      const onProgress = (progress: ImportProgress) => setCurrent({state: 'running', fileName, progress});
      setCurrent({state: 'done', fileName, report: await importTrilium(file, {writer, onProgress, signal})});
    } catch (thrown) {
      setCurrent({state: 'failed', ...failureWords(thrown)});
    }
  }
  return {current, start, stop: () => abort.current?.abort()};
}

/** Anything unforeseen is a bug, reported as one; the person still gets an end and a next step. */
function failureWords(thrown: unknown): {readonly what: string; readonly cure: string} {
  if (thrown instanceof ImportError) return {what: thrown.message, cure: thrown.cure};
  if (thrown instanceof SyncFailure) {
    const {what, cure} = errorWords(thrown.error);
    return {what, cure: `${cure} Then import the same file again: nothing comes twice.`};
  }
  reportError(thrown);
  return {what: 'The import stopped.', cure: 'Import the same file again: it goes on, and nothing comes twice.'};
}
