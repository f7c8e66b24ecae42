/**
 * The text of a note or of a revision that isn't on this device yet: it can be fetched now; title, place and deletion need no
 * text.
 */

import type {Ref} from '../../../../protocol/entity.ts';
import {useApp} from '../../app-context.ts';
import {Button} from '../../parts/button.tsx';
import {ErrorBanner} from '../../parts/error-banner.tsx';
import {useAction} from '../../parts/use-action.ts';

export function AbsentText({of}: {readonly of: Ref}) {
  const {control} = useApp();
  const action = useAction();
  return (
    <div className="note-message">
      <p>
        The text isn’t on this device yet.
        {of.kind === 'note' ? ' It comes by itself with the next sync.' : null}
      </p>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      <Button icon="download" busy={action.busy} onClick={() => void action.run(() => control.fetchBody(of))}>
        Get it now
      </Button>
    </div>
  );
}
