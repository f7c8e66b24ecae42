import {afterEach, expect, it, vi} from 'vitest';
import {page, userEvent} from 'vitest/browser';
import type {LifetimeValues} from '../../notes/lifetimes.ts';
import {fakeApp, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {Lifetimes} from './lifetimes.tsx';

afterEach(cleanUp);

const NORMAL: LifetimeValues = {deletedDays: 7, reviseMinutes: 10, revisionsPerNote: 100};
const days = () => page.getByLabelText('Keep deleted notes for (days)');
const save = () => page.getByRole('button', {name: 'Save'});

function show() {
  const stored = settable(NORMAL);
  const saveLifetimes = vi.fn(async (values: LifetimeValues) => stored.set(values));
  render(fakeApp({status: settable(SYNCED), notebook: {watchLifetimes: () => stored, saveLifetimes}}), <Lifetimes />);
  return {stored, saveLifetimes};
}

it('shows what holds, and saves all three', async () => {
  const {saveLifetimes} = show();
  await expect.element(days()).toHaveValue(7);
  await userEvent.fill(days(), '30');
  await userEvent.fill(page.getByLabelText('Minutes between automatic revisions'), '5');
  await userEvent.fill(page.getByLabelText('Automatic revisions per note'), '50');
  await save().click();
  await vi.waitFor(() =>
    expect(saveLifetimes).toHaveBeenCalledWith({deletedDays: 30, reviseMinutes: 5, revisionsPerNote: 50}),
  );
  await expect.element(page.getByText('Saved.')).toBeVisible();
});

it.each(['0', '3651', '1.5', ''])('refuses %j, says what it takes, and goes to the field', async (entered) => {
  const {saveLifetimes} = show();
  await userEvent.fill(days(), entered);
  await save().click();
  await expect.element(page.getByText(/Enter a whole number from 1 to 3.?650\./)).toBeVisible();
  await expect.element(days()).toHaveFocus();
  expect(saveLifetimes).not.toHaveBeenCalled();
});

it('shows what another device has changed', async () => {
  const {stored} = show();
  await expect.element(days()).toHaveValue(7);
  stored.set({...NORMAL, deletedDays: 14});
  await expect.element(days()).toHaveValue(14);
});
