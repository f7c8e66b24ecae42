import {afterEach, expect, it, vi} from 'vitest';
import {page, userEvent} from 'vitest/browser';
import {buildTree} from '../../../notes/tree.ts';
import {fakeApp, SYNCED, settable} from '../../testing/fake-app.ts';
import {cleanUp, render} from '../../testing/render.tsx';
import {type RowEvents, TreeRow} from './tree-row.tsx';

afterEach(cleanUp);

const NONE = () => undefined;
const field = page.getByRole('textbox', {name: 'New title'});

function rename(title: string): RowEvents['onRename'] & ReturnType<typeof vi.fn> {
  const tree = buildTree({
    notes: [{id: 'n1', title}],
    branches: [{id: 'b1', note: 'n1', parent: 'root', key: 'a0', stamp: '1'}],
    arriving: false,
    complete: true,
  });
  const [row] = tree.visibleRows(new Set());
  if (row === undefined) throw new Error('no row');
  const onRename = vi.fn();
  const events = {
    onOpen: NONE,
    onToggle: NONE,
    onMenu: NONE,
    onRename,
    onDragStart: NONE,
    onDragOver: NONE,
    onDrop: NONE,
    onDragEnd: NONE,
  };
  render(
    fakeApp({status: settable(SYNCED)}),
    <TreeRow
      row={row}
      top={0}
      isSelected
      isFocused
      renamedTitle={title}
      isDraggable={false}
      drop={null}
      events={events}
    />,
  );
  return onRename;
}

it('a title field that nobody changed gives no new title, so that one which came meanwhile stays', async () => {
  const onRename = rename('Plan');
  await field.click();
  await userEvent.keyboard('{Enter}');
  expect(onRename.mock.calls.map(([, title]) => title)).toEqual([null]);
});

it('one that was changed gives its title, once, and Escape gives none', async () => {
  const onRename = rename('Plan');
  await field.fill('New plan');
  await userEvent.keyboard('{Enter}');
  expect(onRename.mock.calls.map(([, title]) => title)).toEqual([{title: 'New plan', shown: 'Plan'}]);
  await cleanUp();
  const other = rename('Plan');
  await field.fill('Never mind');
  await userEvent.keyboard('{Escape}');
  expect(other.mock.calls.map(([, title]) => title)).toEqual([null]);
});
