/** Address and time limit, saved together; below them where proxies are set, as people look for that here. */

import {type FormEvent, useState} from 'react';
import type {SavedServer} from '../../sync/api.ts';
import {useApp} from '../app-context.ts';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Field} from '../parts/field.tsx';
import {useAction} from '../parts/use-action.ts';

interface ServerFormProps {
  readonly saved: string;
  readonly timeoutMs: number;
  /** What the field holds now: "Test sync" tries it, saved or not. */
  readonly onAddress: (address: string) => void;
}

export function ServerForm({saved, timeoutMs, onAddress}: ServerFormProps) {
  const {control} = useApp();
  const action = useAction();
  const [wrong, setWrong] = useState<ServerFormWrong>({});
  const [done, setDone] = useState<SavedServer | null>(null);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const address = String(data.get('address')).trim();
    const seconds = Number(data.get('timeout'));
    const found = serverFormWrong(address, seconds);
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    void action.run(async () => {
      const result = await control.saveServer(address, seconds * 1000);
      if (!result.ok) return result;
      setDone(result.value);
      const field = form.elements.namedItem('address');
      if (field instanceof HTMLInputElement) field.value = result.value.address;
      onAddress(result.value.address);
      return undefined;
    });
  };
  return (
    <form
      className="form"
      noValidate
      onSubmit={onSubmit}
      onChange={() => setDone(null)}
      aria-label="Sync configuration"
    >
      <Field
        label="Server instance address"
        name="address"
        type="url"
        inputMode="url"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        placeholder="https://<host>:<port>"
        defaultValue={saved}
        onChange={(event) => onAddress(event.currentTarget.value.trim())}
        error={wrong.address ?? null}
      />
      <Field
        label="Sync timeout (seconds)"
        name="timeout"
        type="number"
        min={MIN_TIMEOUT_S}
        max={MAX_TIMEOUT_S}
        defaultValue={timeoutMs / 1000}
        hint="How long one request may take before it counts as failed and is tried again."
        error={wrong.timeout ?? null}
      />
      {action.error === null ? null : <ErrorBanner error={action.error} meaning="The address was not saved." />}
      <div className="actions">
        <Button look="primary" type="submit" busy={action.busy}>
          Save
        </Button>
        <span className="quiet" aria-live="polite">
          {action.busy ? 'Looking for the server…' : done === null ? '' : 'Saved.'}
        </span>
      </div>
      {done === null || done.isReached ? null : (
        <Banner tone="warn" title="The address is saved, but no server answers there now.">
          <p>
            If it is right, sync begins by itself when the server is there. “Test sync” below looks for what is wrong.
          </p>
        </Banner>
      )}
      <p className="quiet small">
        Proxies: a browser uses the proxy that the system or the browser is set to, so there is nothing to enter here. A
        proxy of its own, with an address and a password, belongs to the headless replica.
      </p>
    </form>
  );
}

const MIN_TIMEOUT_S = 1;
const MAX_TIMEOUT_S = 600;

interface ServerFormWrong {
  readonly address?: string;
  readonly timeout?: string;
}

function serverFormWrong(address: string, seconds: number): ServerFormWrong {
  const isTimeout = seconds >= MIN_TIMEOUT_S && seconds <= MAX_TIMEOUT_S;
  return {
    ...(address === '' ? {address: 'Enter the address of the server.'} : {}),
    ...(isTimeout ? {} : {timeout: `Enter ${MIN_TIMEOUT_S} to ${MAX_TIMEOUT_S} seconds.`}),
  };
}
