/** /options: its pages, by address. */

import {Route, Switch} from 'wouter';
import {AboutOptions} from './about-options.tsx';
import {DataOptions} from './data-options.tsx';
import {SyncOptions} from './sync-options.tsx';

export function OptionsScreen() {
  return (
    <Switch>
      <Route path="/options/data">
        <DataOptions />
      </Route>
      <Route path="/options/about">
        <AboutOptions />
      </Route>
      <Route>
        <SyncOptions />
      </Route>
    </Switch>
  );
}
