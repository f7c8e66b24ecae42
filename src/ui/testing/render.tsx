/** Puts a screen on the test page, at an address; `cleanUp` after each test takes it off again. */

import '../styles/index.css';
import {type ReactNode, StrictMode} from 'react';
import {createRoot, type Root} from 'react-dom/client';
import {vi} from 'vitest';
import {Router} from 'wouter';
import {type App, AppContext} from '../app-context.ts';
import {StatusProvider} from '../use-status.tsx';

const mounted: {readonly root: Root; readonly element: HTMLElement}[] = [];

export function render(app: App, screen: ReactNode): void {
  const element = document.body.appendChild(document.createElement('div'));
  const root = createRoot(element);
  mounted.push({root, element});
  root.render(
    <StrictMode>
      <AppContext value={app}>
        <Router>
          <StatusProvider>{screen}</StatusProvider>
        </Router>
      </AppContext>
    </StrictMode>,
  );
}

/** Waits until what was open has taken its history entry out again: going back later would disturb the next test file. */
export async function cleanUp(): Promise<void> {
  for (const {root, element} of mounted.splice(0)) {
    root.unmount();
    element.remove();
  }
  await vi.waitUntil(() => history.state?.open === undefined);
}
