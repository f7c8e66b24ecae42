/** Choice 2: this browser becomes a replica of an account. What follows is shown by the first-sync screen. */

import {useApp} from '../app-context.ts';
import {
  DeviceNameField,
  missingFields,
  PasswordField,
  ServerAddressField,
  UsernameField,
} from '../parts/account-fields.tsx';
import {useForm} from '../parts/use-form.ts';
import {SetupForm} from './setup-form.tsx';

interface SyncFromServerProps {
  readonly address: string;
  readonly username?: string | undefined;
  readonly onBack: (() => void) | null;
  /** After signing in; the screens follow the replica's state, so most callers need nothing. */
  readonly onDone?: () => void;
}

export function SyncFromServer({address, username, onBack, onDone}: SyncFromServerProps) {
  const {control} = useApp();
  const form = useForm({
    fields: ['address', 'username', 'password', 'deviceName'],
    check: missingFields,
    send: async (values) => {
      const found = await control.findServer(values.address);
      if (!found.ok) return found;
      const result = await control.signIn({...values, address: found.value.address});
      if (result.ok) onDone?.();
      return result;
    },
  });
  return (
    <SetupForm
      title="Sync from a server"
      intro="All notes of the account come to this device. They can be read and edited here from then on, with or without a network."
      form={form}
      submit="Finish setup"
      onBack={onBack}
    >
      <ServerAddressField wrong={form.wrong} defaultValue={address} />
      <UsernameField wrong={form.wrong} defaultValue={username} />
      <PasswordField wrong={form.wrong} use="current" />
      <DeviceNameField wrong={form.wrong} />
    </SetupForm>
  );
}
