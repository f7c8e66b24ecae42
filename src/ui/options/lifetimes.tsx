/** How long deleted notes and older versions are kept, for all devices of the notebook. */

import {useMemo, useState} from 'react';
import {
  isLifetime,
  LIFETIME_NAMES,
  LIFETIME_RULES,
  type LifetimeName,
  type LifetimeValues,
} from '../../notes/lifetimes.ts';
import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {Field} from '../parts/field.tsx';
import {useForm, type Values, type Wrong} from '../parts/use-form.ts';
import {useLive} from '../use-live.ts';

export function Lifetimes() {
  const {notebook} = useApp();
  const values = useLive(useMemo(() => notebook.watchLifetimes(), [notebook]));
  const [saved, setSaved] = useState<string | null>(null);
  if (values === undefined) return null;
  const key = JSON.stringify(values); // what another device saved shows at once
  return (
    <LifetimesForm
      key={key}
      values={values}
      isSaved={saved === key}
      onSaved={(entered) => setSaved(JSON.stringify(entered))}
    />
  );
}

const FIELDS: Readonly<Record<LifetimeName, {readonly label: string; readonly hint: string}>> = {
  deletedDays: {
    label: 'Keep deleted notes for (days)',
    hint: 'So long a deleted note can be restored. Then it is gone for good, on every device. A change counts for notes that are deleted from now on.',
  },
  reviseMinutes: {
    label: 'Minutes between automatic revisions',
    hint: 'While a note is being written, its older text is kept this often.',
  },
  revisionsPerNote: {
    label: 'Automatic revisions per note',
    hint: 'When a note has more, its oldest automatic ones go for good. Conflicts and revisions that somebody saved always stay.',
  },
};

interface LifetimesFormProps {
  readonly values: LifetimeValues;
  readonly isSaved: boolean;
  readonly onSaved: (values: LifetimeValues) => void;
}

function LifetimesForm({values, isSaved, onSaved}: LifetimesFormProps) {
  const {notebook} = useApp();
  const [isChanged, setChanged] = useState(false);
  const form = useForm<LifetimeName>({
    fields: LIFETIME_NAMES,
    check: wrongLifetimes,
    send: async (entered) => {
      await notebook.saveLifetimes(numbersIn(entered));
      onSaved(numbersIn(entered));
      setChanged(false);
    },
  });
  return (
    <form
      className="form"
      noValidate
      onSubmit={form.onSubmit}
      onChange={() => setChanged(true)}
      aria-label="Revision and deletion times"
    >
      {LIFETIME_NAMES.map((name) => (
        <Field
          key={name}
          name={name}
          type="number"
          inputMode="numeric"
          label={FIELDS[name].label}
          hint={FIELDS[name].hint}
          min={LIFETIME_RULES[name].min}
          max={LIFETIME_RULES[name].max}
          defaultValue={values[name]}
          error={form.wrong[name] ?? null}
        />
      ))}
      {form.error === null ? null : <ErrorBanner error={form.error} />}
      <div className="actions">
        <Button look="primary" type="submit" busy={form.busy}>
          Save
        </Button>
        <span className="quiet" aria-live="polite">
          {isSaved && !isChanged ? 'Saved.' : ''}
        </span>
      </div>
    </form>
  );
}

/** A field that holds no number gives an empty text. */
function wrongLifetimes(entered: Values<LifetimeName>): Wrong<LifetimeName> {
  const wrong = LIFETIME_NAMES.filter(
    (name) => entered[name].trim() === '' || !isLifetime(LIFETIME_RULES[name], Number(entered[name])),
  );
  return Object.fromEntries(wrong.map((name) => [name, wordsFor(name)]));
}

function wordsFor(name: LifetimeName): string {
  const {min, max} = LIFETIME_RULES[name];
  return `Aster can’t keep to this. Enter a whole number from ${min} to ${max.toLocaleString()}.`;
}

function numbersIn(entered: Values<LifetimeName>): LifetimeValues {
  const numbers = LIFETIME_NAMES.map((name) => [name, Number(entered[name])]);
  return Object.fromEntries(numbers) as Record<LifetimeName, number>;
}
