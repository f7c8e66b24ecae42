import {afterEach, expect, it, vi} from 'vitest';
import {page} from 'vitest/browser';
import {failed, ok} from '../../../protocol/errors.ts';
import type {SetupInput} from '../../sync/api.ts';
import {fakeApp, INITIALIZED, NO_NOTEBOOK, SYNCED, settable, UNINITIALIZED} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {SetupScreen} from './setup-screen.tsx';

afterEach(cleanUp);

const label = (name: string) => page.getByLabelText(name, {exact: true});
const create = () => page.getByRole('button', {name: 'Create account', exact: true});

function open({status = NO_NOTEBOOK, answer = UNINITIALIZED} = {}) {
  const setUpServer = vi.fn(async ({setupCode}: SetupInput) =>
    setupCode === 'right' ? ok(undefined) : failed({type: 'wrong_setup_code', message: ''} as const),
  );
  const app = fakeApp({status: settable(status), control: {serverStatus: async () => answer, setUpServer}});
  render(app, <SetupScreen setupCode="of the link" />);
  return setUpServer;
}

async function fill(values: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(values)) await label(name).fill(value);
}

it('the code of the printed link is filled in, and a wrong one is named', async () => {
  open();
  await expect.element(label('Setup code')).toHaveValue('of the link');
  await fill({Username: 'ada', Password: 'long enough', 'Repeat password': 'long enough'});
  await create().click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/^Wrong setup code\./);
});

it('passwords that differ are not sent', async () => {
  const setUpServer = open();
  await fill({Username: 'ada', Password: 'long enough', 'Repeat password': 'long enouhg'});
  await create().click();
  await expect.element(page.getByText('The two passwords are not the same.')).toBeVisible();
  expect(setUpServer).not.toHaveBeenCalled();
});

it('everything goes to the server that the app came from, its address without the slash at its end', async () => {
  const setUpServer = open();
  await fill({'Setup code': ' right ', Username: 'ada', Password: 'long enough', 'Repeat password': 'long enough'});
  await label('Device name').fill('Phone');
  await create().click();
  await expect
    .poll(() => setUpServer.mock.calls)
    .toEqual([
      [
        {
          address: 'https://own.example',
          setupCode: 'right',
          username: 'ada',
          password: 'long enough',
          deviceName: 'Phone',
        },
      ],
    ]);
});

it('a browser with a notebook is told that its notes will fill the server', async () => {
  open({status: SYNCED});
  await expect.element(page.getByText('The notes of this device will fill the server.')).toBeVisible();
});

it('a server that is set up sends people to sign in', async () => {
  open({answer: INITIALIZED});
  await expect.element(page.getByText('This server is already set up.')).toBeVisible();
  await expect.element(page.getByRole('link', {name: 'Sign in'})).toBeVisible();
});
