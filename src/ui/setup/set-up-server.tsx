/** Choice 3: the first account of the server that the app comes from, filled by this browser's notebook, new or in use. */

import {Link, useLocation} from 'wouter';
import {useApp} from '../app-context.ts';
import {
  DeviceNameField,
  missingFields,
  newPasswordWrong,
  PasswordField,
  UsernameField,
} from '../parts/account-fields.tsx';
import {Banner} from '../parts/banner.tsx';
import {Field} from '../parts/field.tsx';
import {useForm} from '../parts/use-form.ts';
import {tidyAddress} from '../server-address.ts';
import {SetupForm} from './setup-form.tsx';
import type {ServerAnswer} from './use-server-status.ts';

interface SetUpServerProps {
  readonly setupCode: string;
  readonly server: ServerAnswer;
  readonly notebook: 'new' | 'in-use';
  readonly onBack: (() => void) | null;
}

export function SetUpServer({setupCode, server, notebook, onBack}: SetUpServerProps) {
  const {control, ownAddress} = useApp();
  const [, navigate] = useLocation();
  const form = useForm({
    fields: ['setupCode', 'username', 'password', 'repeat', 'deviceName'],
    check: (values) => ({...newPasswordWrong(values.password, values.repeat), ...missingFields(values)}),
    send: async ({setupCode, username, password, deviceName}) => {
      const input = {address: tidyAddress(ownAddress), setupCode: setupCode.trim(), username, password, deviceName};
      const result = await control.setUpServer(input);
      if (result.ok) navigate('/', {replace: true});
      return result;
    },
  });
  if (server.state === 'known' && server.initialized) return <AlreadySetUp notebook={notebook} />;
  return (
    <SetupForm
      title="Set up this server"
      intro={<Intro notebook={notebook} />}
      form={form}
      submit="Create account"
      onBack={onBack}
    >
      <Field
        label="Setup code"
        name="setupCode"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={setupCode}
        hint="The server printed it, with a link, when it started."
        error={form.wrong.setupCode ?? null}
      />
      <UsernameField wrong={form.wrong} />
      <PasswordField wrong={form.wrong} use="new" />
      <Field
        label="Repeat password"
        name="repeat"
        type="password"
        autoComplete="new-password"
        error={form.wrong.repeat ?? null}
      />
      <DeviceNameField wrong={form.wrong} />
    </SetupForm>
  );
}

function Intro({notebook}: {readonly notebook: 'new' | 'in-use'}) {
  if (notebook === 'new') return <p>This makes the account that your devices sign in with, and a new notebook here.</p>;
  return (
    <Banner tone="info" title="The notes of this device will fill the server.">
      <p>They stay here as well, and you can go on writing while they are sent.</p>
    </Banner>
  );
}

function AlreadySetUp({notebook}: Pick<SetUpServerProps, 'notebook'>) {
  return (
    <Banner
      tone="info"
      title="This server is already set up."
      actions={
        <Link className="button button-primary" href={notebook === 'new' ? '/login' : '/options/sync'}>
          {notebook === 'new' ? 'Sign in' : 'Options → Sync'}
        </Link>
      }
    >
      <p>Its setup code is used up. Sign in with the account that was made.</p>
    </Banner>
  );
}
