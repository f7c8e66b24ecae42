/**
 * Which screen an address shows, decided by what this browser has: no notebook → the ways to get one; a first sync that
 * has no tree yet → its progress; else the app. Local state decides; the network is asked only where there is no notebook.
 */

import {lazy, type ReactNode, Suspense} from 'react';
import {Redirect, Route, Switch, useLocation} from 'wouter';
import type {SyncStatus} from '../sync/api.ts';
import {Frame} from './frame/frame.tsx';
import {LoginScreen} from './login/login-screen.tsx';
import {NotebookScreen} from './notebook/notebook-screen.tsx';
import {ErrorBoundary} from './parts/error-boundary.tsx';
import {FirstSyncScreen} from './setup/first-sync-screen.tsx';
import {FrontDoor} from './setup/front-door.tsx';
import {useSetupCode} from './setup/setup-code.ts';
import {SetupScreen} from './setup/setup-screen.tsx';
import {useIsFirstSync} from './setup/use-is-first-sync.ts';
import {useStatus} from './use-status.tsx';

/** Not what a start shows: each is a chunk of its own, which the worker keeps like the rest (design section 11). */
const ConflictsScreen = lazy(async () => ({
  default: (await import('./conflicts/conflicts-screen.tsx')).ConflictsScreen,
}));
const HelpScreen = lazy(async () => ({default: (await import('./help/help-screen.tsx')).HelpScreen}));
const OptionsScreen = lazy(async () => ({default: (await import('./options/options-screen.tsx')).OptionsScreen}));

/** One route for the tree with and without a note, so that the tree stays as it is when a note is opened. */
const NOTEBOOK_PATH = /^\/(?:n\/(?<noteId>[^/]+)\/?)?$/;

export function Screens() {
  const status = useStatus();
  const setupCode = useSetupCode();
  if (status.replica === null) return <WithoutNotebook setupCode={setupCode} />;
  return <WithNotebook status={status} setupCode={setupCode} />;
}

function WithoutNotebook({setupCode}: {readonly setupCode: string | null}) {
  return (
    <Frame notebook="none">
      <ScreenBoundary>
        <Switch>
          <Route path="/help">
            <HelpScreen />
          </Route>
          <Route path="/setup">
            <SetupScreen setupCode={setupCode} />
          </Route>
          <Route path="/login">
            <LoginScreen />
          </Route>
          <Route>
            <FrontDoor />
          </Route>
        </Switch>
      </ScreenBoundary>
    </Frame>
  );
}

function WithNotebook({status, setupCode}: {readonly status: SyncStatus; readonly setupCode: string | null}) {
  const isFirstSync = useIsFirstSync(status);
  if (isFirstSync === undefined) return null;
  if (isFirstSync) {
    return (
      <Frame notebook="none">
        <Switch>
          <Route path="/help">
            <HelpScreen />
          </Route>
          <Route>
            <FirstSyncScreen status={status} />
          </Route>
        </Switch>
      </Frame>
    );
  }
  return (
    <Frame notebook="here">
      <ScreenBoundary>
        <Switch>
          <Route path={NOTEBOOK_PATH}>{({noteId}) => <NotebookScreen noteId={noteId ?? null} />}</Route>
          <Route path="/setup">
            {setupCode === null || isSignedIn(status) ? (
              <Redirect to="/" replace />
            ) : (
              <SetupScreen setupCode={setupCode} />
            )}
          </Route>
          <Route path="/login">
            {status.replica?.server == null ? (
              <Redirect to="/options/sync" replace />
            ) : isSignedIn(status) ? (
              <Redirect to="/" replace />
            ) : (
              <LoginScreen />
            )}
          </Route>
          <Route path="/conflicts">
            <ConflictsScreen />
          </Route>
          <Route path="/options/*?">
            <OptionsScreen />
          </Route>
          <Route path="/help">
            <HelpScreen />
          </Route>
          <Route>
            <Redirect to="/" replace />
          </Route>
        </Switch>
      </ScreenBoundary>
    </Frame>
  );
}

function ScreenBoundary({children}: {readonly children: ReactNode}) {
  const [path] = useLocation();
  return (
    <ErrorBoundary
      resetKey={path}
      title="This screen failed."
      text="Your notes are stored on this device and not touched by it. Reload, or go on with another note."
    >
      <Suspense fallback={<p className="opening">Opening…</p>}>{children}</Suspense>
    </ErrorBoundary>
  );
}

function isSignedIn({replica}: SyncStatus): boolean {
  return replica?.server?.token != null;
}
