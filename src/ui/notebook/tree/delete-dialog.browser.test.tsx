import {afterEach, expect, it, vi} from 'vitest';
import {page} from 'vitest/browser';
import type {Notebook, Seen} from '../../../db/repositories.ts';
import {buildTree} from '../../../notes/tree.ts';
import {fakeApp, SYNCED, settable} from '../../testing/fake-app.ts';
import {cleanUp, render} from '../../testing/render.tsx';
import {RowDialog} from './row-dialog.tsx';

afterEach(cleanUp);

const LIFETIMES = {deletedDays: 7, reviseMinutes: 10, revisionsPerNote: 100};
const tree = buildTree({
  notes: [{id: 'n1', title: 'Plan'}],
  branches: [{id: 'b1', note: 'n1', parent: 'root', key: 'a0', stamp: '1'}],
  arriving: false,
  complete: true,
});

function seenWith(body: string): Seen {
  return new Map([['n1', {stamp: '1', parts: {meta: '', data: '', body}}]]);
}

it('asks with the focus where Enter deletes nothing', async () => {
  const [row] = tree.visibleRows(new Set());
  if (row === undefined) throw new Error('no row');
  const notebook = {readSeen: async () => seenWith('seen'), watchLifetimes: () => settable(LIFETIMES)};
  render(
    fakeApp({status: settable(SYNCED), notebook}),
    <RowDialog tree={tree} opened={{dialog: 'delete', row}} onClose={() => undefined} />,
  );
  await expect.element(page.getByRole('button', {name: 'Cancel'})).toHaveFocus();
});

it('deletes what was there when it asked, whatever came until the answer', async () => {
  let stored = seenWith('seen');
  const deletePlace = vi.fn<Notebook['deletePlace']>(async () => undefined);
  const notebook = {readSeen: async () => stored, deletePlace, watchLifetimes: () => settable(LIFETIMES)};
  const [row] = tree.visibleRows(new Set());
  if (row === undefined) throw new Error('no row');
  const onClose = vi.fn();
  render(
    fakeApp({status: settable(SYNCED), notebook}),
    <RowDialog tree={tree} opened={{dialog: 'delete', row}} onClose={onClose} />,
  );
  const confirm = page.getByRole('button', {name: 'Delete'});
  await expect.element(confirm).toBeVisible();
  stored = seenWith('came meanwhile');
  await confirm.click();
  await vi.waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(deletePlace.mock.calls).toEqual([['b1', seenWith('seen')]]);
});
