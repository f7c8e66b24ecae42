/** The shape of the forms in setup: a heading, what it means, fields, one button, the way back. */

import type {ReactNode} from 'react';
import {Link} from 'wouter';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {useBackCloses} from '../parts/use-back-closes.ts';
import type {Form} from '../parts/use-form.ts';
import type {ToldError} from '../told-error.ts';

interface SetupFormProps {
  readonly title: string;
  readonly intro: ReactNode;
  readonly form: Form<string>;
  readonly submit: string;
  /** Null: there is nothing to go back to. */
  readonly onBack: (() => void) | null;
  readonly children: ReactNode;
}

export function SetupForm({title, intro, form, submit, onBack, children}: SetupFormProps) {
  return (
    <form className="form" noValidate onSubmit={form.onSubmit} aria-label={title}>
      <h2>{title}</h2>
      <div className="form-intro">{intro}</div>
      {children}
      {form.error === null ? null : <ErrorBanner error={form.error} actions={wayOn(form.error)} />}
      <div className="actions">
        <Button look="primary" type="submit" busy={form.busy}>
          {submit}
        </Button>
        {onBack === null ? null : <BackButton onBack={onBack} />}
      </div>
    </form>
  );
}

function wayOn({type}: ToldError): ReactNode {
  if (type !== 'already_initialized') return undefined;
  return (
    <Link className="button button-normal" href="/login">
      Sign in
    </Link>
  );
}

function BackButton({onBack}: {readonly onBack: () => void}) {
  useBackCloses(onBack);
  return (
    <Button look="quiet" onClick={onBack}>
      Back
    </Button>
  );
}
