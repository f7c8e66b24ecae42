/** The fields that forms about accounts and servers share, with the checks that need no server. */

import type {ComponentProps} from 'react';
import {MAX_NAME_CHARS, MIN_PASSWORD_CHARS} from '../../../protocol/limits.ts';
import {thisDeviceName} from '../device-name.ts';
import {Field} from './field.tsx';
import type {Values, Wrong} from './use-form.ts';

interface FieldProps {
  readonly wrong: Wrong<string>;
  readonly defaultValue?: string | undefined;
}

export function ServerAddressField({wrong, defaultValue = ''}: FieldProps) {
  return (
    <Field
      label="Server address"
      name="address"
      type="url"
      inputMode="url"
      autoComplete="url"
      placeholder="https://<host>:<port>"
      {...PLAIN}
      defaultValue={defaultValue}
      error={wrong.address ?? null}
    />
  );
}

export function UsernameField({wrong, defaultValue = ''}: FieldProps) {
  return (
    <Field
      label="Username"
      name="username"
      autoComplete="username"
      maxLength={MAX_NAME_CHARS}
      {...PLAIN}
      defaultValue={defaultValue}
      error={wrong.username ?? null}
    />
  );
}

export function PasswordField({wrong, use}: FieldProps & {readonly use: 'current' | 'new'}) {
  return (
    <Field
      label="Password"
      name="password"
      type="password"
      autoComplete={`${use}-password`}
      {...(use === 'new' ? {hint: `At least ${MIN_PASSWORD_CHARS} characters.`} : {})}
      error={wrong.password ?? null}
    />
  );
}

export function DeviceNameField({wrong, defaultValue = thisDeviceName()}: FieldProps) {
  return (
    <Field
      label="Device name"
      name="deviceName"
      autoComplete="off"
      maxLength={MAX_NAME_CHARS}
      defaultValue={defaultValue}
      hint="What this browser is called in “Revisions” and in your list of devices."
      error={wrong.deviceName ?? null}
    />
  );
}

const PLAIN: ComponentProps<'input'> = {autoCapitalize: 'none', autoCorrect: 'off', spellCheck: false};

const NAMES: Readonly<Record<string, string>> = {
  address: 'server address',
  setupCode: 'setup code',
  username: 'username',
  password: 'password',
  deviceName: 'device name',
};

/** What is missing, by field. */
export function missingFields<F extends string>(values: Values<F>): Wrong<F> {
  const empty = (Object.keys(values) as F[]).filter(
    (field) => values[field].trim() === '' && NAMES[field] !== undefined,
  );
  return Object.fromEntries(empty.map((field) => [field, `Enter the ${NAMES[field]}.`])) as Wrong<F>;
}

/** Checks of a new password; `repeat` undefined where it isn't asked twice. */
export function newPasswordWrong(
  password: string,
  repeat?: string,
): {readonly password?: string; readonly repeat?: string} {
  if (password.length < MIN_PASSWORD_CHARS) return {password: `Use at least ${MIN_PASSWORD_CHARS} characters.`};
  if (repeat !== undefined && repeat !== password) return {repeat: 'The two passwords are not the same.'};
  return {};
}
