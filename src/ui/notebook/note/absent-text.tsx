/** The text of a note that isn't on this device yet: it can be fetched now; its title, place and deletion need no text. */

import {useApp} from '../../app-context.ts';
import {Button} from '../../parts/button.tsx';
import {ErrorBanner} from '../../parts/error-banner.tsx';
import {useAction} from '../../parts/use-action.ts';

export function AbsentText({noteId}: {readonly noteId: string}) {
  const {control} = useApp();
  const action = useAction();
  return (
    <div className="note-message">
      <p>The text isn’t on this device yet. It comes by itself with the next sync.</p>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      <Button
        icon="download"
        busy={action.busy}
        onClick={() => void action.run(() => control.fetchBody({kind: 'note', id: noteId}))}
      >
        Get it now
      </Button>
    </div>
  );
}
