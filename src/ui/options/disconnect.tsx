/** "Disconnect from this server": the notes stay. What waits is counted first, as it goes nowhere then. */

import {useState} from 'react';
import {useApp} from '../app-context.ts';
import {formatCount} from '../formats.ts';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {useAction} from '../parts/use-action.ts';
import {useStatus} from '../use-status.tsx';

export function Disconnect() {
  const {control} = useApp();
  const {waiting, parked} = useStatus();
  const action = useAction();
  const [isAsking, setAsking] = useState(false);
  const unsent = waiting + parked;
  return (
    <>
      <p>
        This device lets the server go and keeps all notes. It can sign in to the same account again and go on where it
        was, or join another one.
      </p>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      {isAsking ? (
        <Banner
          tone="warn"
          title={
            unsent === 0
              ? 'Disconnect this device?'
              : `${formatCount(unsent, 'change')} of this device ${unsent === 1 ? 'isn’t' : 'aren’t'} on the server yet.`
          }
          announce="alert"
          actions={
            <>
              <Button look="danger" busy={action.busy} onClick={() => action.run(() => control.disconnect())}>
                Disconnect
              </Button>
              <Button look="quiet" onClick={() => setAsking(false)}>
                Stay connected
              </Button>
            </>
          }
        >
          <p>
            {unsent === 0
              ? 'From then on changes stay on this device.'
              : 'They stay on this device, and go out when it signs in again. Other devices don’t get them until then.'}
          </p>
        </Banner>
      ) : (
        <div className="actions">
          <Button onClick={() => setAsking(true)}>Disconnect from this server</Button>
        </div>
      )}
    </>
  );
}
