/** The browser removed this device's copy of the notebook: what happened, what it means, and the way back. */

import {Link} from 'wouter';
import type {LeftBehind} from '../../sync/api.ts';
import type {ServerLink} from '../../sync/ports.ts';
import {useApp} from '../app-context.ts';
import {thisDeviceName} from '../device-name.ts';
import {formatCount} from '../formats.ts';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {InsecureNote} from '../parts/insecure-note.tsx';
import {Page} from '../parts/page.tsx';
import {useAction} from '../parts/use-action.ts';

export function RemovedCopy({left}: {readonly left: LeftBehind}) {
  return (
    <Page title="The browser removed this device’s copy">
      <p className="lead">
        Browsers clear what a site has stored when room runs short, or when it wasn’t used for long.{' '}
        {left.server === null
          ? 'This notebook was on no server, so Aster has nothing to bring back.'
          : 'Your notes are on the server: they can come back to this device.'}
      </p>
      {left.waiting > 0 ? <Unsent left={left} /> : null}
      {left.server === null ? <NothingLeft /> : <WayBack left={left} server={left.server} />}
      <InsecureNote />
    </Page>
  );
}

function Unsent({left: {waiting}}: {readonly left: LeftBehind}) {
  return (
    <Banner tone="warn" title={`${formatCount(waiting, 'change')} had not been sent`}>
      <p>What was only in this browser went with its copy. Everything that was synced before is on the server.</p>
    </Banner>
  );
}

function WayBack({left: {deviceName}, server}: {readonly left: LeftBehind; readonly server: ServerLink}) {
  const {control} = useApp();
  const back = useAction();
  return (
    <>
      {back.error === null ? null : <ErrorBanner error={back.error} />}
      <div className="actions">
        {server.token === null ? null : (
          <Button
            look="primary"
            busy={back.busy}
            onClick={() => void back.run(() => control.bringBack(deviceName, server))}
          >
            Bring it back
          </Button>
        )}
        <Link className="button button-quiet" href="/login">
          Sign in
        </Link>
        <StartAnew />
      </div>
    </>
  );
}

function NothingLeft() {
  return (
    <div className="actions">
      <StartAnew />
      <Link className="button button-quiet" href="/setup">
        Sync from a server
      </Link>
    </div>
  );
}

function StartAnew() {
  const {control} = useApp();
  const start = useAction();
  return (
    <>
      {start.error === null ? null : <ErrorBanner error={start.error} />}
      <Button onClick={() => start.run(() => control.startNotebook(thisDeviceName()))}>
        Start a new notebook on this device
      </Button>
    </>
  );
}
