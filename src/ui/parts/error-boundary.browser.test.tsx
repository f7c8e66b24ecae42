import {StrictMode} from 'react';
import {createRoot} from 'react-dom/client';
import {afterEach, expect, it, vi} from 'vitest';
import {page} from 'vitest/browser';
import {ErrorBoundary} from './error-boundary.tsx';

const host = document.body.appendChild(document.createElement('div'));
const root = createRoot(host);
afterEach(() => vi.restoreAllMocks());

function Part({fails}: {readonly fails: boolean}) {
  if (fails) throw new Error('cannot be drawn');
  return <p>the part</p>;
}

function show(at: string, fails: boolean): void {
  root.render(
    <StrictMode>
      <ErrorBoundary title="It failed." text="Nothing is lost." resetKey={at}>
        <Part fails={fails} />
      </ErrorBoundary>
    </StrictMode>,
  );
}

it('says what failed in place of the part, and tries again at another address', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  show('/n/1', true);
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(page.getByText('It failed.')).toBeVisible();
  show('/n/1', false);
  await expect.element(page.getByText('the part')).not.toBeInTheDocument();
  show('/n/2', false);
  await expect.element(page.getByText('the part')).toBeVisible();
});
