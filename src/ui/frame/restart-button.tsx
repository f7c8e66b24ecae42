/** Starts this tab again in the new build; other tabs stay as they are until their own button is pressed. */

import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {useAction} from '../parts/use-action.ts';

export function RestartButton() {
  const {update} = useApp();
  const action = useAction();
  return (
    <Button look="primary" busy={action.busy} onClick={() => action.run(() => update.restart())}>
      Restart to update
    </Button>
  );
}
