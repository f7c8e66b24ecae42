/** /help: what the status says and where to look when something is not as it should be. */

import {Page} from '../parts/page.tsx';

const STATES: readonly (readonly [string, string])[] = [
  ['Synced', 'The server has everything that is here, and you have everything that it has.'],
  ['Syncing', 'Changes are on their way, in one direction or the other.'],
  ['N changes waiting', 'So many changes are saved on this device and not yet on the server. They go by themselves.'],
  ['Offline', 'This device has no network. Reading and writing go on; sync follows when the network is back.'],
  ['Server not reachable', 'There is a network, but the server doesn’t answer. Sync tries again by itself.'],
  ['Signed out', 'The server no longer knows this device. Sign in, and what waits is sent.'],
  ['Clock problem', 'This device’s clock and the server’s differ too much. Nothing is sent until that is settled.'],
  ['Sync problem', 'Something needs a look: press the status to see what, and what helps.'],
  ['Paused', 'You paused sync on this device. Changes stay here until you resume it.'],
  ['Not set up', 'This notebook is on this device only.'],
];

export function HelpScreen() {
  return (
    <Page title="Help">
      <section className="page-part" aria-labelledby="help-saving">
        <h2 id="help-saving">Is it saved?</h2>
        <p>
          What you write is saved on this device as you type, with or without a network. Beside a note’s title it says
          “Saved on this device”, and “Synced” once the server has it, too.
        </p>
      </section>
      <section className="page-part" aria-labelledby="help-status">
        <h2 id="help-status">What the status says</h2>
        <dl className="terms">
          {STATES.map(([state, meaning]) => (
            <div key={state}>
              <dt>{state}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="page-part" aria-labelledby="help-two">
        <h2 id="help-two">When two devices change one note</h2>
        <p>
          Changes in different places are brought together. Where both changed the same words the newer change is shown,
          the other one is kept, and “Conflicts” at the top of the screen lets you compare the two and decide.
        </p>
      </section>
    </Page>
  );
}
