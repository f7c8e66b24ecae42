import {useState} from 'react';
import {afterEach, expect, it} from 'vitest';
import {page, userEvent} from 'vitest/browser';
import {useLocation} from 'wouter';
import {fakeApp, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {Dialog} from './dialog.tsx';
import {Field} from './field.tsx';

afterEach(cleanUp);

function TwoDialogs() {
  const [open, setOpen] = useState<readonly string[]>([]);
  const [path, navigate] = useLocation();
  const close = () => setOpen(open.slice(0, -1));
  return (
    <>
      <p>{`at ${path}`}</p>
      <button type="button" onClick={() => setOpen(['Outer'])}>
        Open
      </button>
      {open.map((title) => (
        <Dialog key={title} title={title} onClose={close}>
          <button type="button" onClick={() => setOpen(['Outer', 'Inner'])}>
            Open inner
          </button>
          <button
            type="button"
            onClick={() => {
              setOpen([]);
              navigate('/elsewhere');
            }}
          >
            Go
          </button>
        </Dialog>
      ))}
    </>
  );
}

const show = () => render(fakeApp({status: settable(SYNCED)}), <TwoDialogs />);
const dialog = (name: string) => page.getByRole('dialog', {name, exact: true});

it('Back closes the upper of two dialogs, then the lower', async () => {
  show();
  await page.getByRole('button', {name: 'Open', exact: true}).click();
  await dialog('Outer').getByRole('button', {name: 'Open inner'}).click();
  await expect.element(dialog('Inner')).toBeVisible();
  history.back();
  await expect.element(dialog('Inner')).not.toBeInTheDocument();
  await expect.element(dialog('Outer')).toBeVisible();
  history.back();
  await expect.element(dialog('Outer')).not.toBeInTheDocument();
});

it('typing goes into the field that it opens with', async () => {
  render(
    fakeApp({status: settable(SYNCED)}),
    <Dialog title="Find" onClose={() => undefined}>
      <Field label="Words" data-autofocus />
    </Dialog>,
  );
  await expect.element(page.getByLabelText('Words')).toHaveFocus();
  await userEvent.keyboard('plan');
  await expect.element(page.getByLabelText('Words')).toHaveValue('plan');
});

it('going on to another address from a dialog is not undone by its closing', async () => {
  const before = location.pathname + location.search;
  show();
  await page.getByRole('button', {name: 'Open', exact: true}).click();
  await dialog('Outer').getByRole('button', {name: 'Go'}).click();
  await expect.element(page.getByText('at /elsewhere')).toBeVisible();
  await traversalsDone();
  expect(location.pathname).toBe('/elsewhere');
  history.replaceState(null, '', before);
});

/** Steps back over an entry of its own: the browser takes steps in order, so any asked for before has been taken then. */
async function traversalsDone(): Promise<void> {
  history.pushState(null, '', location.href);
  const stepped = new Promise((resolve) => addEventListener('popstate', resolve, {once: true}));
  history.back();
  await stepped;
}
