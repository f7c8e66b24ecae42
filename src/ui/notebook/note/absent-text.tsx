/**
 * The text of a note or of a revision that isn't on this device yet. Opening a note gets it; of a revision one may never be looked
 * at. Title, place and deletion need no text.
 */

import {useEffect} from 'react';
import type {Ref} from '../../../../protocol/entity.ts';
import {useApp} from '../../app-context.ts';
import {Button} from '../../parts/button.tsx';
import {ErrorBanner} from '../../parts/error-banner.tsx';
import {useAction} from '../../parts/use-action.ts';

export function AbsentText({of}: {readonly of: Ref}) {
  const {control} = useApp();
  const action = useAction();
  const get = () => void action.run(() => control.fetchBody(of));
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each note that is opened.
  useEffect(() => {
    if (of.kind === 'note') get();
  }, [of.kind, of.id]);
  return (
    <div className="note-message">
      <p>The text isn’t on this device yet.</p>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      <Button icon="download" busy={action.busy} onClick={get}>
        Get it now
      </Button>
    </div>
  );
}
