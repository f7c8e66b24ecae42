/** A new build is here: said quietly, once, and never in the way of what is being done. */

import {useState} from 'react';
import {useApp} from '../app-context.ts';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {useLive} from '../use-live.ts';
import {RestartButton} from './restart-button.tsx';

export function UpdateBanner() {
  const isReady = useLive(useApp().update.ready);
  const [isPutOff, setPutOff] = useState(false);
  if (!isReady || isPutOff) return null;
  return (
    <section className="frame-banner" aria-label="Update">
      <Banner
        tone="info"
        title="Update ready"
        actions={
          <>
            <RestartButton />
            <Button look="quiet" onClick={() => setPutOff(true)}>
              Later
            </Button>
          </>
        }
      >
        A newer Aster is on this device. What you have typed is kept.
      </Banner>
    </section>
  );
}
