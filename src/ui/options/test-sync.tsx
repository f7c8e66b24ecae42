/** "Test sync": says what it will do, does it, and explains every line: passed or failed, what was measured, the cure. */

import {useState} from 'react';
import type {TestLine} from '../../sync/api.ts';
import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Icon, type IconName} from '../parts/icon.tsx';
import {useAction} from '../parts/use-action.ts';
import {CopyReport} from './copy-report.tsx';
import {NAME_BY_CHECK, reportOf, summaryOf, WORD_BY_RESULT, wordsOf} from './test-words.ts';

const ICON_BY_RESULT: Record<TestLine['result'], IconName> = {
  passed: 'check',
  failed: 'cross',
  warned: 'alert',
  skipped: 'skip',
};

export function TestSync({address}: {readonly address: string}) {
  const {control, version} = useApp();
  const action = useAction();
  const [lines, setLines] = useState<readonly TestLine[]>([]);
  const start = () =>
    action.run(() => {
      setLines([]);
      return control.testSync(address, (line) => setLines((before) => [...before, line]));
    });
  const isDone = lines.length > 0 && !action.busy;
  return (
    <>
      <p>
        Looks for a server at the address above, asks what it is, which protocol it speaks and what time it has, whether
        a request of a megabyte and the stream of changes get through, and what this browser keeps. No note is sent or
        changed.
      </p>
      <div className="actions">
        <Button icon="sync" busy={action.busy} disabled={address === ''} onClick={start}>
          Test sync
        </Button>
        <span className="quiet" aria-live="polite">
          {address === '' ? 'Enter an address first.' : action.busy ? 'Testing…' : isDone ? summaryOf(lines) : ''}
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
      {isDone ? <CopyReport text={() => reportOf(lines, reportHead(version))} /> : null}
    </>
  );
}

function reportHead(version: string): string[] {
  return [
    `Aster ${version}, Test sync of ${new Date().toISOString()}`,
    navigator.userAgent,
    `Page: ${location.origin}`,
  ];
}

function CheckLine({line}: {readonly line: TestLine}) {
  const words = wordsOf(line);
  return (
    <li className={`check check-${line.result}`} data-check={line.check} data-result={line.result}>
      <Icon name={ICON_BY_RESULT[line.result]} />
      <div>
        <p>
          <b>{NAME_BY_CHECK[line.check]}</b>: {WORD_BY_RESULT[line.result]}
        </p>
        {line.value === '' ? null : <p className="quiet small">{line.value}</p>}
        {words === null ? null : <p>{words}</p>}
      </div>
    </li>
  );
}
