/**
 * The three choices, each with what it means. "Set up this server" only where the app comes from a server without an account,
 * and first there: who opens such a server usually came for that.
 */

import type {ReactNode} from 'react';
import {useApp} from '../app-context.ts';
import {thisDeviceName} from '../device-name.ts';
import {Banner} from '../parts/banner.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Icon, type IconName} from '../parts/icon.tsx';
import {InsecureNote} from '../parts/insecure-note.tsx';
import {useAction} from '../parts/use-action.ts';
import type {ServerAnswer} from './use-server-status.ts';

export type Choice = 'sync-from-server' | 'set-up-server';

interface ChoicesProps {
  readonly server: ServerAnswer;
  readonly onChoose: (choice: Choice) => void;
}

export function Choices({server, onChoose}: ChoicesProps) {
  const {control} = useApp();
  const start = useAction();
  const isEmptyServer = server.state === 'known' && !server.initialized;
  return (
    <>
      <p className="lead">
        Notes that are always here: on this device first, on your other devices through your own server.
      </p>
      {isEmptyServer ? <EmptyServerNote /> : null}
      {start.error === null ? null : <ErrorBanner error={start.error} />}
      <ul className="choices">
        {isEmptyServer ? (
          <ChoiceCard icon="server" name="Set up this server" onChoose={() => onChoose('set-up-server')}>
            Make its account with the setup code that it printed when it started, and begin a notebook here.
          </ChoiceCard>
        ) : null}
        <ChoiceCard
          icon="device"
          name="Start a new notebook on this device"
          onChoose={() => start.run(() => control.startNotebook(thisDeviceName()))}
        >
          Works at once, without a server or an account. Sync can be set up later.
        </ChoiceCard>
        <ChoiceCard icon="download" name="Sync from a server" onChoose={() => onChoose('sync-from-server')}>
          Your notes are on a server already: sign in, and this device gets all of them.
        </ChoiceCard>
      </ul>
      <InsecureNote />
    </>
  );
}

function EmptyServerNote() {
  return (
    <Banner tone="info" title="This server has no account yet.">
      <p>
        Set it up below. To fill it with the notebook of a device that you use already, open the setup link on that
        device, or enter this server’s address there in Options → Sync.
      </p>
    </Banner>
  );
}

interface ChoiceCardProps {
  readonly icon: IconName;
  readonly name: string;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}

function ChoiceCard({icon, name, onChoose, children}: ChoiceCardProps) {
  return (
    <li className="choice">
      <Icon name={icon} />
      <div>
        <button type="button" className="choice-name" onClick={onChoose}>
          {name}
        </button>
        <p className="quiet">{children}</p>
      </div>
      <Icon name="chevron-right" className="choice-go" />
    </li>
  );
}
