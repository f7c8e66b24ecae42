/** "Test sync": says what it will do, does it, and explains every line: passed or failed, what was measured, the cure. */

import {useState} from 'react';
import type {TestCheck, TestLine} from '../../sync/api.ts';
import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Icon, type IconName} from '../parts/icon.tsx';
import {useAction} from '../parts/use-action.ts';
import {errorWords} from '../words.ts';

const NAME_BY_CHECK: Record<TestCheck, string> = {
  address: 'Address',
  reachable: 'Server reachable',
  aster: 'An Aster server',
  protocol: 'Protocol version',
  clock: 'Clock difference',
  signed_in: 'Signed in',
};

const RESULT_WORDS: Record<TestLine['result'], {readonly word: string; readonly icon: IconName}> = {
  passed: {word: 'Passed', icon: 'check'},
  failed: {word: 'Failed', icon: 'cross'},
  skipped: {word: 'Not tested', icon: 'skip'},
};

export function TestSync({address}: {readonly address: string}) {
  const {control} = useApp();
  const action = useAction();
  const [lines, setLines] = useState<readonly TestLine[]>([]);
  const start = () =>
    action.run(() => {
      setLines([]);
      return control.testSync(address, (line) => setLines((before) => [...before, line]));
    });
  return (
    <>
      <p>
        Asks the server at the address above what it is, which protocol it speaks and what time it has, and whether this
        device is signed in. No note is sent or changed.
      </p>
      <div className="actions">
        <Button icon="sync" busy={action.busy} disabled={address === ''} onClick={start}>
          Test sync
        </Button>
        <span className="quiet" aria-live="polite">
          {address === '' ? 'Enter an address first.' : action.busy ? 'Testing…' : summary(lines)}
        </span>
      </div>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      {lines.length === 0 ? null : (
        <ul className="checks" aria-label="Results">
          {lines.map((line) => (
            <CheckLine key={line.check} line={line} />
          ))}
        </ul>
      )}
    </>
  );
}

function CheckLine({line}: {readonly line: TestLine}) {
  const {word, icon} = RESULT_WORDS[line.result];
  const words = line.error === null ? null : errorWords(line.error);
  return (
    <li className={`check check-${line.result}`} data-check={line.check} data-result={line.result}>
      <Icon name={icon} />
      <div>
        <p>
          <b>{NAME_BY_CHECK[line.check]}</b>: {word}
        </p>
        {line.value === '' ? null : <p className="quiet small">{line.value}</p>}
        {words === null ? null : (
          <p>
            {words.what} {words.cure}
          </p>
        )}
      </div>
    </li>
  );
}

function summary(lines: readonly TestLine[]): string {
  const failures = lines.filter(({result}) => result === 'failed').length;
  if (lines.length === 0) return '';
  return failures === 0 ? 'Everything tested is in order.' : 'Not everything is in order: see below.';
}
