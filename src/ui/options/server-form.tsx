/** Address and time limit, saved together; below them where proxies are set, as people look for that here. */

import {type FormEvent, useState} from 'react';
import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Field} from '../parts/field.tsx';
import {useAction} from '../parts/use-action.ts';
import {tidyAddress} from '../server-address.ts';

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
  const [isSaved, setSaved] = useState(false);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const address = tidyAddress(String(data.get('address')));
    const seconds = Number(data.get('timeout'));
    const found = serverFormWrong(address, seconds);
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    void action.run(async () => {
      await control.saveServer(address, seconds * 1000);
      setSaved(true);
    });
  };
  return (
    <form
      className="form"
      noValidate
      onSubmit={onSubmit}
      onChange={() => setSaved(false)}
      aria-label="Sync configuration"
    >
      <Field
        label="Server instance address"
        name="address"
        type="url"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        placeholder="https://<host>:<port>"
        defaultValue={saved}
        onChange={(event) => onAddress(tidyAddress(event.currentTarget.value))}
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
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      <div className="actions">
        <Button look="primary" type="submit" busy={action.busy}>
          Save
        </Button>
        <span className="quiet" aria-live="polite">
          {isSaved ? 'Saved.' : ''}
        </span>
      </div>
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
  const isAddress = /^https?:\/\/[^\s/]+/i.test(address);
  const isTimeout = seconds >= MIN_TIMEOUT_S && seconds <= MAX_TIMEOUT_S;
  return {
    ...(isAddress ? {} : {address: 'An address begins with https:// or http:// and has a host.'}),
    ...(isTimeout ? {} : {timeout: `Enter ${MIN_TIMEOUT_S} to ${MAX_TIMEOUT_S} seconds.`}),
  };
}
