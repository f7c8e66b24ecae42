/**
 * A form of named text fields: checked here first, then sent. The values stay in the fields, where password managers look
 * for them; nothing of them is kept in state. After a failed check the first wrong field has the focus.
 */

import {type FormEvent, useState} from 'react';
import type {Result} from '../../../protocol/errors.ts';
import type {ToldError} from '../told-error.ts';
import {useAction} from './use-action.ts';

export type Values<F extends string> = Readonly<Record<F, string>>;
/** Field by field, what is wrong with it. */
export type Wrong<F extends string> = Readonly<Partial<Record<F, string>>>;

export interface Form<F extends string> {
  readonly busy: boolean;
  readonly error: ToldError | null;
  readonly wrong: Wrong<F>;
  onSubmit(event: FormEvent<HTMLFormElement>): void;
}

interface FormInput<F extends string> {
  readonly fields: readonly F[];
  readonly check: (values: Values<F>) => Wrong<F>;
  readonly send: (values: Values<F>) => Promise<Result<void, ToldError> | void>;
}

export function useForm<F extends string>({fields, check, send}: FormInput<F>): Form<F> {
  const action = useAction();
  const [wrong, setWrong] = useState<Wrong<F>>({} as Wrong<F>);
  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = event.currentTarget;
    const values = readValues(form, fields, event.nativeEvent);
    const found = check(values);
    setWrong(found);
    const first = fields.find((field) => found[field] !== undefined);
    if (first === undefined) void action.run(() => send(values));
    else form.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  }
  return {busy: action.busy, error: action.error, wrong, onSubmit};
}

/** The button that sends it has a value, too, where it has a name. */
function readValues<F extends string>(form: HTMLFormElement, fields: readonly F[], event: Event): Values<F> {
  const data = new FormData(form, event instanceof SubmitEvent ? event.submitter : null);
  return Object.fromEntries(fields.map((field) => [field, String(data.get(field) ?? '')])) as Values<F>;
}
