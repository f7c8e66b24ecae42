/** A button that makes a file and gives it to the browser's downloads; beside it what is in the file. */

import {type ReactNode, useState} from 'react';
import type {JsonFile} from '../../transfer/json-file.ts';
import {Button} from './button.tsx';
import {ErrorBanner} from './error-banner.tsx';
import {useAction} from './use-action.ts';

interface SaveFileProps<F extends JsonFile> {
  readonly disabled?: boolean;
  readonly make: () => Promise<F>;
  /** What is in it. */
  readonly countWords: (count: number) => string;
  readonly onSaved?: (file: F) => void;
  readonly children: ReactNode;
}

export function SaveFile<F extends JsonFile>({
  disabled = false,
  make,
  countWords,
  onSaved,
  children,
}: SaveFileProps<F>) {
  const action = useAction();
  const [told, setTold] = useState('');
  const save = () =>
    action.run(async () => {
      setTold('');
      const file = await make();
      download(file.name, file.blob);
      setTold(`${countWords(file.count)} in ${file.name}.`);
      onSaved?.(file);
    });
  return (
    <>
      <div className="actions">
        <Button icon="download" busy={action.busy} disabled={disabled} onClick={save}>
          {children}
        </Button>
        <span className="quiet small" aria-live="polite">
          {told}
        </span>
      </div>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
    </>
  );
}

/** Some browsers read the file only when the person has chosen where to put it. */
const FILE_STAYS_MS = 10 * 60_000;

function download(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FILE_STAYS_MS);
}
