/** The saved server has no account yet: make it from here, and this notebook fills it. */

import {useApp} from '../app-context.ts';
import {missingFields, newPasswordWrong, PasswordField, UsernameField} from '../parts/account-fields.tsx';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Field} from '../parts/field.tsx';
import {useForm} from '../parts/use-form.ts';
import {useServerStatus} from '../setup/use-server-status.ts';

interface FillServerProps {
  readonly address: string;
  readonly deviceName: string;
}

export function FillServer({address, deviceName}: FillServerProps) {
  const server = useServerStatus(address);
  if (server.state === 'asking') return null;
  return (
    <section className="page-part" aria-labelledby="fill-server">
      <h2 id="fill-server">Send this notebook to the server</h2>
      {server.state === 'unknown' ? (
        <ErrorBanner error={server.error} tone="warn" announce="no" />
      ) : server.initialized ? (
        <Banner tone="info" title="This server has an account with notes of its own.">
          <p>
            This notebook stays on this device. To use the server’s notes, sign in from a browser without a notebook:
            another one, or another profile.
          </p>
        </Banner>
      ) : (
        <FillForm address={address} deviceName={deviceName} />
      )}
    </section>
  );
}

function FillForm({address, deviceName}: FillServerProps) {
  const {control} = useApp();
  const form = useForm({
    fields: ['setupCode', 'username', 'password'],
    check: (values) => ({...newPasswordWrong(values.password), ...missingFields(values)}),
    send: ({setupCode, username, password}) =>
      control.setUpServer({address, setupCode: setupCode.trim(), username, password, deviceName}),
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit} aria-label="Send this notebook to the server">
      <p>
        This server has no account yet. Make it here: all notes of this device are sent to it, and they stay here as
        well.
      </p>
      <Field
        label="Setup code"
        name="setupCode"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint="The server printed it, with a link, when it started."
        error={form.wrong.setupCode ?? null}
      />
      <UsernameField wrong={form.wrong} />
      <PasswordField wrong={form.wrong} use="new" />
      {form.error === null ? null : <ErrorBanner error={form.error} />}
      <div className="actions">
        <Button look="primary" type="submit" busy={form.busy}>
          Create account
        </Button>
      </div>
    </form>
  );
}
