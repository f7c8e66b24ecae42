/** The saved server, and this notebook: the server's first account is made from here and filled, or the account that it has is joined. */

import {useState} from 'react';
import {useApp} from '../app-context.ts';
import {missingFields, newPasswordWrong, PasswordField, UsernameField} from '../parts/account-fields.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Field} from '../parts/field.tsx';
import {useForm} from '../parts/use-form.ts';
import {useServerStatus} from '../setup/use-server-status.ts';
import {JoinAccount} from './join-account.tsx';

interface FillServerProps {
  readonly address: string;
  readonly deviceName: string;
}

export function FillServer({address, deviceName}: FillServerProps) {
  const server = useServerStatus(address);
  const [isTaken, setTaken] = useState(false);
  if (server.state === 'asking') return null;
  const hasAccount = isTaken || (server.state === 'known' && server.initialized);
  return (
    <section className="page-part" aria-labelledby="fill-server">
      <h2 id="fill-server">{hasAccount ? 'Join the account of this server' : 'Send this notebook to the server'}</h2>
      {hasAccount ? (
        <JoinAccount address={address} deviceName={deviceName} />
      ) : server.state === 'unknown' ? (
        <ErrorBanner error={server.error} tone="warn" announce="no" />
      ) : (
        <FillForm address={address} deviceName={deviceName} onTaken={() => setTaken(true)} />
      )}
    </section>
  );
}

interface FillFormProps extends FillServerProps {
  /** Somebody else has set it up meanwhile, or this device has, and the answer was lost. */
  readonly onTaken: () => void;
}

function FillForm({address, deviceName, onTaken}: FillFormProps) {
  const {control} = useApp();
  const form = useForm({
    fields: ['setupCode', 'username', 'password'],
    check: (values) => ({...newPasswordWrong(values.password), ...missingFields(values)}),
    send: async ({setupCode, username, password}) => {
      const result = await control.setUpServer({address, setupCode: setupCode.trim(), username, password, deviceName});
      if (!result.ok && result.error.type === 'already_initialized') onTaken();
      return result;
    },
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
