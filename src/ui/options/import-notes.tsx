/** "Import": the file chooser at once, then progress with counts, then what came in and what could not be kept. */

import {type ChangeEvent, useRef} from 'react';
import type {ImportProgress} from '../../transfer/import-trilium.ts';
import {formatNumber} from '../formats.ts';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ProgressBar} from '../parts/progress-bar.tsx';
import {ImportResult} from './import-result.tsx';
import {useImport} from './use-import.ts';

export function ImportNotes() {
  const {current, start, stop} = useImport();
  const input = useRef<HTMLInputElement>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    // Emptied, so that the same file can be chosen again.
    event.currentTarget.value = '';
    if (file !== undefined) void start(file);
  };
  return (
    <>
      <p>
        Choose a ZIP file that Trilium exported (a note with its subtree, as HTML). The notes come to the top level of
        the tree. Importing the same file again adds what is missing and changes nothing that is here.
      </p>
      <div className="actions">
        <Button look="primary" icon="upload" busy={current.state === 'running'} onClick={() => input.current?.click()}>
          Import
        </Button>
        {current.state === 'running' ? <Button onClick={stop}>Stop</Button> : null}
        <input
          ref={input}
          type="file"
          accept=".zip,application/zip"
          hidden
          onChange={onChange}
          aria-label="File to import"
        />
      </div>
      {current.state === 'running' ? <Running fileName={current.fileName} progress={current.progress} /> : null}
      {current.state === 'done' ? <ImportResult fileName={current.fileName} report={current.report} /> : null}
      {current.state === 'failed' ? (
        <Banner tone="bad" title={current.what} announce="alert">
          <p>{current.cure}</p>
        </Banner>
      ) : null}
    </>
  );
}

function Running({fileName, progress}: {readonly fileName: string; readonly progress: ImportProgress | null}) {
  return (
    <ProgressBar
      label={`Importing ${fileName}`}
      value={progress?.done ?? 0}
      total={progress?.total ?? null}
      words={progress === null ? `Opening ${fileName}` : progressWords(progress)}
    />
  );
}

function progressWords({phase, done, total}: ImportProgress): string {
  const counts = `${formatNumber(done)} of ${formatNumber(total)}`;
  return phase === 'reading' ? `Reading texts: ${counts}` : `Storing notes: ${counts}`;
}
