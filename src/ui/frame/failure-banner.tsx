/** What went wrong where no screen waits for it. Reloading gets this tab a new connection and the current app. */

import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {useLive} from '../use-live.ts';
import {RestartButton} from './restart-button.tsx';

export function FailureBanner() {
  const {failure: failures, update} = useApp();
  const failure = useLive(failures);
  const isReady = useLive(update.ready);
  if (failure === undefined) return null;
  return (
    <section className="frame-banner" aria-label="Problem">
      <ErrorBanner
        error={failure}
        actions={isReady ? <RestartButton /> : <Button onClick={() => location.reload()}>Reload</Button>}
      />
    </section>
  );
}
