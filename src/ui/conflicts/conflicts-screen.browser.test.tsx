import {afterEach, expect, test} from 'vitest';
import {page} from 'vitest/browser';
import type {ConflictHead, ConflictSide, ConflictView, Notebook, Settled} from '../../db/repositories.ts';
import {fakeApp, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {ConflictsScreen} from './conflicts-screen.tsx';

afterEach(cleanUp);

const HEAD: ConflictHead = {id: 'r1', ofKind: 'note', noteId: 'n1', title: 'Plan'};

function side(text: string | null, deviceName: string, kind: 'note' | 'revision'): ConflictSide {
  return {
    ref: {kind, id: kind === 'note' ? 'n1' : 'r1'},
    deleted: false,
    atMs: Date.UTC(2026, 0, 1),
    deviceName,
    content: {kind: 'note', title: 'Plan', type: 'code', mime: 'text/plain', text, undecodable: false},
  };
}

function show(other: string | null, notebook: Partial<Notebook> = {}, fetched: string[] = []) {
  const heads = settable<readonly ConflictHead[]>([HEAD]);
  const view = settable<ConflictView | null>({
    ...HEAD,
    current: side('one\ntwo\n', 'Couch', 'note'),
    other: side(other, 'Desk', 'revision'),
    loaded: null,
    isNoteDeleted: false,
  });
  const control = {
    fetchBody: async ({id}: {readonly id: string}) => {
      fetched.push(id);
      return {ok: true as const, value: undefined};
    },
  };
  const watching = {watchAllConflicts: () => heads, watchConflict: () => view};
  render(fakeApp({status: settable(SYNCED), control, notebook: {...watching, ...notebook}}), <ConflictsScreen />);
  return {heads};
}

test('a decision that another device was faster with says that nothing was changed', async () => {
  const {heads} = show('one\n2\n', {
    settleConflict: async (): Promise<Settled> => {
      heads.set([]);
      return {outcome: 'elsewhere'};
    },
  });
  await page.getByRole('button', {name: 'Use the other version'}).click();
  const told = page.getByRole('group', {name: 'Nothing was changed here'});
  await expect.element(told).toHaveFocus();
  await expect.element(told.getByText('Another device or tab decided this conflict a moment earlier.')).toBeVisible();
  await expect.element(page.getByText('Nothing to decide.', {exact: false})).toBeVisible();
});

test('"Take" gives the current text with that difference as the other has it', async () => {
  const taken: unknown[] = [];
  show('one\n2\n', {
    takeFromOther: async (_, edit) => {
      taken.push(edit);
      return null;
    },
  });
  await page.getByRole('region', {name: 'Difference 1 of 1'}).getByRole('button', {name: 'Take'}).click();
  await expect.poll(() => taken).toEqual([{text: 'one\n2\n'}]);
});

test('a version whose text is not here can be fetched, and is not offered before', async () => {
  const fetched: string[] = [];
  show(null, {}, fetched);
  await expect.element(page.getByRole('button', {name: 'Keep current'})).toBeVisible();
  await expect.element(page.getByRole('button', {name: 'Use the other version'})).not.toBeInTheDocument();
  await page.getByRole('button', {name: 'Get it now'}).click();
  await expect.poll(() => fetched).toEqual(['r1']);
});

test('a decision that this device can not store says so and leaves the conflict', async () => {
  const {SyncFailure} = await import('../../../protocol/errors.ts');
  show('one\n2\n', {
    settleConflict: () => Promise.reject(new SyncFailure({type: 'storage_full', message: ''})),
  });
  await page.getByRole('button', {name: 'Keep current'}).click();
  await expect.element(page.getByRole('alert').getByText('This device has no room left.')).toBeVisible();
  await expect.element(page.getByRole('button', {name: 'Keep current'})).toBeVisible();
});
