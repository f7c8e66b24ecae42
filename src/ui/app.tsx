/** The root of all screens: routes under the base path, and the styles that they share. */

import './styles/index.css';
import {Router} from 'wouter';
import {type App, AppContext} from './app-context.ts';
import {Screens} from './screens.tsx';
import {StatusProvider} from './use-status.tsx';

export function AppRoot({app}: {readonly app: App}) {
  return (
    <AppContext value={app}>
      <Router base={app.basePath.replace(/\/$/, '')}>
        <StatusProvider>
          <Screens />
        </StatusProvider>
      </Router>
    </AppContext>
  );
}
