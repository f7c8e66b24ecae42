/** Options → About: which Aster this is, for people who report something. */

import {PROTOCOL_RANGE} from '../../../protocol/version.ts';
import {useApp} from '../app-context.ts';
import {RestartButton} from '../frame/restart-button.tsx';
import {Banner} from '../parts/banner.tsx';
import {useLive} from '../use-live.ts';
import {OptionsPage} from './options-page.tsx';

export function AboutOptions() {
  const {version, update} = useApp();
  const isReady = useLive(update.ready);
  const {min, max} = PROTOCOL_RANGE;
  return (
    <OptionsPage title="Options">
      <section className="page-part" aria-labelledby="about">
        <h2 id="about">About</h2>
        <dl className="facts">
          <dt>Version</dt>
          <dd className="numbers">{version}</dd>
          <dt>Protocol</dt>
          <dd className="numbers">{min === max ? max : `${min} to ${max}`}</dd>
          <dt>Licence</dt>
          <dd>MIT</dd>
        </dl>
        {isReady ? (
          <Banner tone="info" title="Update ready" actions={<RestartButton />}>
            A newer Aster is on this device. What you have typed is kept.
          </Banner>
        ) : (
          <p className="quiet">This is the newest Aster that the server has offered.</p>
        )}
        <p className="quiet">Notes that work without a network and sync through your own server.</p>
      </section>
    </OptionsPage>
  );
}
