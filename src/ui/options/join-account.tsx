/**
 * The saved server has an account with notes of its own, and this device has some, too: they are added to it, and nothing of either is overwritten,
 * or they give way to it, once a file has all of them.
 */

import {useState} from 'react';
import {makeNotebookFile} from '../../transfer/notebook-file.ts';
import {useApp} from '../app-context.ts';
import {formatCount} from '../formats.ts';
import {missingFields, PasswordField, UsernameField} from '../parts/account-fields.tsx';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {SaveFile} from '../parts/save-file.tsx';
import {useForm} from '../parts/use-form.ts';
import {useStatus} from '../use-status.tsx';

interface JoinAccountProps {
  readonly address: string;
  readonly deviceName: string;
}

export function JoinAccount({address, deviceName}: JoinAccountProps) {
  const {control} = useApp();
  const {firstSync, lastSyncMs, replica} = useStatus();
  const isPart = firstSync !== null && lastSyncMs === null;
  const [exported, setExported] = useState<string | null>(null);
  const form = useForm({
    fields: ['username', 'password', 'how'],
    check: ({username, password}) => missingFields({username, password}),
    send: ({how, ...values}) =>
      control.joinAccount(
        {...values, address, deviceName},
        how === 'replace' && exported !== null ? {type: 'replace', exported} : {type: 'add'},
      ),
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit} aria-label="Join an account">
      <p>
        This server has an account already. Sign in to it here, and choose what becomes of the notes of this device.
      </p>
      <UsernameField wrong={form.wrong} />
      <PasswordField wrong={form.wrong} use="current" />
      {form.error === null || form.error.type === 'not_whole' ? null : <ErrorBanner error={form.error} />}
      <div className="actions">
        <Button look="primary" type="submit" name="how" value="add" busy={form.busy}>
          Add my notes to that account
        </Button>
      </div>
      <p className="quiet small">
        All its notes come to this device, and yours go there, into a folder “{deviceName}”. Nothing is overwritten:
        where both have the same note in other words, the newer text is shown and the older one is kept.
        {replica?.formerAccount == null ? null : ' If it is the account of before, this device goes on where it was.'}
      </p>
      {isPart ? (
        <Banner
          key={form.error?.type}
          tone={form.error?.type === 'not_whole' ? 'bad' : 'warn'}
          title="Not all notes of the account before are here: they were still on their way."
          announce={form.error?.type === 'not_whole' ? 'alert' : 'no'}
        >
          <p>
            Sign in to that account again, to get the rest. In another one the notes that are here give way to its own.
          </p>
        </Banner>
      ) : null}
      <ExportFirst deviceName={deviceName} onDone={setExported} />
      {exported === null ? null : (
        <Banner
          tone="warn"
          title="Is the file saved?"
          actions={
            <Button look="danger" type="submit" name="how" value="replace" busy={form.busy}>
              Replace my notes
            </Button>
          }
        >
          <p>Then the notes of this device go, and those of the account come. The file alone has yours from then on.</p>
        </Banner>
      )}
    </form>
  );
}

interface ExportFirstProps {
  readonly deviceName: string;
  /** What was here when the file was begun (`exportMark`). */
  readonly onDone: (exported: string) => void;
}

function ExportFirst({deviceName, onDone}: ExportFirstProps) {
  const {control, notebook, version} = useApp();
  const make = async () => {
    const exported = await control.exportMark();
    const pieces = notebook.readAll();
    const file = await makeNotebookFile({pieces, app: version, device: deviceName, nowMs: Date.now()});
    return {...file, exported};
  };
  return (
    <SaveFile
      make={make}
      countWords={(count) => formatCount(count, 'entry', 'entries')}
      onSaved={({exported}) => onDone(exported)}
    >
      Use that account's notes (mine are exported first)
    </SaveFile>
  );
}
