import {afterEach, expect, it, vi} from 'vitest';
import {page} from 'vitest/browser';
import {failed, ok, type Result, SyncFailure} from '../../../protocol/errors.ts';
import type {LeftBehind} from '../../sync/api.ts';
import {
  fakeApp,
  INITIALIZED,
  LINKED_REPLICA,
  NO_NOTEBOOK,
  type ServerAnswer,
  settable,
  UNINITIALIZED,
  UNREACHABLE,
} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {FrontDoor} from './front-door.tsx';

afterEach(cleanUp);

function open(answer: ServerAnswer) {
  const startNotebook = vi.fn(async () => {});
  const serverStatus = vi.fn(async () => answer);
  render(fakeApp({status: settable(NO_NOTEBOOK), control: {serverStatus, startNotebook}}), <FrontDoor />);
  return {startNotebook, serverStatus};
}

const heading = (name: string) => page.getByRole('heading', {name, exact: true});
const button = (name: string) => page.getByRole('button', {name, exact: true});

it('a browser without a notebook gets the login screen of an initialized server, and a way around it', async () => {
  const {startNotebook} = open(INITIALIZED);
  await expect.element(heading('Sign in')).toBeVisible();
  await button('Start a new notebook on this device').click();
  expect(startNotebook).toHaveBeenCalledWith(expect.stringMatching(/^\S+ on \S+$/));
});

it('an uninitialized server says so and offers to be set up', async () => {
  open(UNINITIALIZED);
  await expect.element(heading('Welcome to Aster')).toBeVisible();
  await expect.element(page.getByText('This server has no account yet.')).toBeVisible();
  await expect.element(button('Set up this server')).toBeVisible();
});

it('without an answer the choices that need no server are there', async () => {
  open(UNREACHABLE);
  await expect.element(button('Start a new notebook on this device')).toBeVisible();
  await expect.element(button('Sync from a server')).toBeVisible();
  await expect.element(button('Set up this server')).not.toBeInTheDocument();
});

it('Back goes from a form to the choices', async () => {
  open(UNREACHABLE);
  await button('Sync from a server').click();
  await expect.element(page.getByLabelText('Server address')).toBeVisible();
  history.back();
  await expect.element(button('Sync from a server')).toBeVisible();
});

const LEFT: LeftBehind = {deviceName: 'Desk', server: LINKED_REPLICA.server, waiting: 0};

function openAfterRemoval(leftBehind: LeftBehind, answer: Result<void> = ok(undefined)) {
  const bringBack = vi.fn(async () => answer);
  render({...fakeApp({status: settable(NO_NOTEBOOK), control: {bringBack}}), leftBehind}, <FrontDoor />);
  return {bringBack};
}

it('a browser that removed its copy says so, and one tap brings it back', async () => {
  const {bringBack} = openAfterRemoval(LEFT);
  await expect.element(heading('The browser removed this device’s copy')).toBeVisible();
  await button('Bring it back').click();
  expect(bringBack).toHaveBeenCalledWith('Desk', LINKED_REPLICA.server);
});

it('what had not been sent is told as gone', async () => {
  openAfterRemoval({...LEFT, waiting: 3});
  await expect.element(page.getByText('3 changes had not been sent')).toBeVisible();
});

it('where the server refuses, the cause is told and signing in is there', async () => {
  openAfterRemoval(LEFT, failed({type: 'device_removed', message: 'removed'}));
  await button('Bring it back').click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(page.getByRole('link', {name: 'Sign in'})).toBeVisible();
});

it('where the device itself fails, that is told, and it can be tried again', async () => {
  const bringBack = vi.fn(async () => {
    throw new SyncFailure({type: 'storage_full', message: 'full'});
  });
  render({...fakeApp({status: settable(NO_NOTEBOOK), control: {bringBack}}), leftBehind: LEFT}, <FrontDoor />);
  await button('Bring it back').click();
  await expect.element(page.getByText('This device has no room left.')).toBeVisible();
  await button('Bring it back').click();
  expect(bringBack).toHaveBeenCalledTimes(2);
});

it('a notebook that was on no server can only be begun anew', async () => {
  openAfterRemoval({...LEFT, server: null});
  await expect.element(page.getByText(/on no server/)).toBeVisible();
  await expect.element(button('Bring it back')).not.toBeInTheDocument();
  await expect.element(button('Start a new notebook on this device')).toBeVisible();
});
