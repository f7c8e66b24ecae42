/** "Sign in": makes this browser a replica of the account, or gives a signed-out one its connection back. */

import {Link, useLocation} from 'wouter';
import type {ReplicaState} from '../../sync/ports.ts';
import {useApp} from '../app-context.ts';
import {thisDeviceName} from '../device-name.ts';
import {DeviceNameField, missingFields, PasswordField, UsernameField} from '../parts/account-fields.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {InsecureNote} from '../parts/insecure-note.tsx';
import {Page} from '../parts/page.tsx';
import {useAction} from '../parts/use-action.ts';
import {useForm} from '../parts/use-form.ts';
import {tidyAddress} from '../server-address.ts';
import {useStatus} from '../use-status.tsx';

export function LoginScreen() {
  const {replica} = useStatus();
  return (
    <Page title="Sign in">
      {replica === null ? (
        <p className="lead">All notes of the account come to this device, and stay here for times without a network.</p>
      ) : (
        <p className="lead">The notes are here and can be edited. Signing in sends what waits and gets what is new.</p>
      )}
      <LoginForm replica={replica} />
      {replica === null ? <OtherWays /> : null}
      <InsecureNote />
    </Page>
  );
}

/** To the server that this notebook belongs to; without one, to the server that the app came from. */
function LoginForm({replica}: {readonly replica: ReplicaState | null}) {
  const {control, ownAddress, leftBehind} = useApp();
  const [path, navigate] = useLocation();
  const was = replica?.server ?? leftBehind?.server;
  const server = was?.address ?? replica?.address ?? tidyAddress(ownAddress);
  const form = useForm({
    fields: ['username', 'password', 'deviceName'],
    check: missingFields,
    send: async (values) => {
      const result = await control.signIn({...values, address: server});
      if (result.ok && path === '/login') navigate('/', {replace: true});
      return result;
    },
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit} aria-label="Sign in">
      <p className="quiet">
        Server: <span className="address">{server}</span>
      </p>
      <UsernameField wrong={form.wrong} defaultValue={was?.account.username} />
      <PasswordField wrong={form.wrong} use="current" />
      <DeviceNameField wrong={form.wrong} defaultValue={replica?.deviceName ?? leftBehind?.deviceName} />
      {form.error === null ? null : <ErrorBanner error={form.error} />}
      <div className="actions">
        <Button look="primary" type="submit" busy={form.busy}>
          Sign in
        </Button>
      </div>
    </form>
  );
}

function OtherWays() {
  const {control} = useApp();
  const start = useAction();
  return (
    <section className="page-part" aria-labelledby="other-ways">
      <h2 id="other-ways">Other ways</h2>
      {start.error === null ? null : <ErrorBanner error={start.error} />}
      <div className="actions">
        <Button onClick={() => start.run(() => control.startNotebook(thisDeviceName()))}>
          Start a new notebook on this device
        </Button>
        <Link className="button button-quiet" href="/setup">
          Sync from another server
        </Link>
      </div>
    </section>
  );
}
