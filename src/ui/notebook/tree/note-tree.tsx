/**
 * The tree widget: role tree with roving focus, keys (tree-keys.ts), drag by mouse (tree-moves.ts). Only rows in view are
 * in the page; the focused one always is.
 */

import {type KeyboardEvent, useEffect, useRef} from 'react';
import type {Placement} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import type {Row} from '../../../notes/tree-rows.ts';
import {actionOfKey, findRow, type KeyAction} from './tree-keys.ts';
import {placementByKey} from './tree-moves.ts';
import {type Renamed, type RowEvents, TreeRow} from './tree-row.tsx';
import {drawnRows, scrollFor} from './tree-window.ts';
import {useDrag} from './use-drag.ts';
import type {Expanded} from './use-expanded.ts';
import {useFind} from './use-find.ts';
import {isDense, useRowHeight} from './use-row-height.ts';
import {useSteady} from './use-steady.ts';
import {useTreeFocus} from './use-tree-focus.ts';
import {useViewport} from './use-viewport.ts';

interface NoteTreeProps {
  readonly tree: Tree;
  readonly rows: readonly Row[];
  readonly expanded: Expanded;
  readonly noteId: string | null;
  readonly renamedKey: string | null;
  readonly onOpen: (row: Row) => void;
  readonly onMenu: (row: Row, anchor: DOMRect) => void;
  readonly onStartRename: (row: Row) => void;
  readonly onRename: RowEvents['onRename'];
  readonly onDelete: (row: Row) => void;
  readonly onMove: (row: Row, to: Placement) => void;
}

export function NoteTree(props: NoteTreeProps) {
  const {tree, rows, expanded, noteId, renamedKey} = props;
  const ref = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  const viewport = useViewport(ref);
  const find = useFind();
  const drag = useDrag(tree, props.onMove);
  const focus = useTreeFocus(ref, rows, noteId);
  const {index} = focus;

  const scrollTo = (at: number) => {
    const element = ref.current;
    if (element !== null)
      element.scrollTop = scrollFor(at, rowHeight, {top: element.scrollTop, height: element.clientHeight});
  };
  const focusRow = (at: number) => {
    const row = rows[at];
    if (row === undefined) return;
    focus.choose(row);
    focus.take();
    scrollTo(at);
  };
  useReveal(tree, rows, noteId, expanded, scrollTo);

  /** `index`: the row that the key was pressed on. */
  const act = (action: KeyAction, index: number) => {
    switch (action.type) {
      case 'focus':
        return focusRow(action.index);
      case 'expand':
        return expanded.open([action.row.branchId]);
      case 'collapse':
        return expanded.close(action.row.branchId);
      case 'expand_all':
        return expanded.open(action.rows.map(({branchId}) => branchId));
      case 'open':
        return openOrToggle(action.row);
      case 'rename':
        return props.onStartRename(action.row);
      case 'delete':
        focus.follow();
        return props.onDelete(action.row);
      case 'menu':
        return props.onMenu(action.row, rectOf(ref.current, action.row));
      case 'shift': {
        const to = placementByKey(tree, rows, index, action.how);
        if (to === null) return;
        if (action.how === 'in') expanded.open(tree.places(to.parent).map(({branchId}) => branchId));
        focus.choose(action.row);
        focus.follow();
        return props.onMove(action.row, to);
      }
      case 'find': {
        const found = findRow(rows, index, find(action.letter));
        if (found !== null) focusRow(found);
      }
    }
  };
  const openOrToggle = (row: Row) => {
    focus.choose(row);
    if (row.kind !== 'unfiled') return props.onOpen(row);
    return row.expanded ? expanded.close(row.branchId) : expanded.open([row.branchId]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = rowPressed(event.target as HTMLElement, rows);
    const row = rows[at];
    if (row === undefined) return;
    const action =
      event.key === ' ' && find('') !== '' ? {type: 'find' as const, letter: ' '} : actionOfKey(event, rows, at);
    if (action === null) return;
    event.preventDefault();
    focus.choose(row);
    act(action, at);
  };
  const events = useSteady<RowEvents>({
    onOpen: openOrToggle,
    onToggle: (row: Row) => (row.expanded ? expanded.close(row.branchId) : expanded.open([row.branchId])),
    onMenu: (row: Row, anchor: DOMRect) => {
      focus.choose(row);
      focus.follow();
      props.onMenu(row, anchor);
    },
    onRename: (row: Row, renamed: Renamed | null) => {
      props.onRename(row, renamed);
      focus.take();
    },
    ...drag.events,
  });
  return (
    <div
      ref={ref}
      role="tree"
      aria-label="Notes"
      className="tree"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onBlur={focus.onBlur}
    >
      <div role="none" className="tree-space" style={{height: rows.length * rowHeight}}>
        {drawnRows(rows.length, rowHeight, viewport, index).map((at) => {
          const row = rows[at];
          if (row === undefined) return null;
          return (
            <TreeRow
              key={row.key}
              row={row}
              top={at * rowHeight}
              isSelected={row.noteId === noteId}
              isFocused={at === index}
              renamedTitle={row.key === renamedKey ? (tree.title(row.noteId) ?? '') : null}
              isDraggable={isDense()}
              drop={drag.over?.key === row.key ? drag.over.zone : null}
              events={events}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Opens what is above a note that comes to be shown, and brings its row into view; once per note. */
function useReveal(
  tree: Tree,
  rows: readonly Row[],
  noteId: string | null,
  expanded: Expanded,
  scrollTo: (index: number) => void,
): void {
  const revealed = useRef<string | null>(null);
  useEffect(() => {
    if (noteId === null || revealed.current === noteId || !tree.hasNote(noteId)) return;
    const index = rows.findIndex((row) => row.noteId === noteId);
    if (index < 0) {
      expanded.open(tree.rowsAbove(noteId));
      return;
    }
    revealed.current = noteId;
    scrollTo(index);
  });
}

/** The row that has the focus, however it got it; -1 for a field within one. */
function rowPressed(target: HTMLElement, rows: readonly Row[]): number {
  if (target.getAttribute('role') !== 'treeitem') return -1;
  return rows.findIndex(({key}) => key === target.getAttribute('data-key'));
}

function rectOf(tree: HTMLElement | null, row: Row): DOMRect {
  const element = [...(tree?.querySelectorAll('[role="treeitem"]') ?? [])].find(
    (item) => item.getAttribute('data-key') === row.key,
  );
  return element?.getBoundingClientRect() ?? new DOMRect(0, 0, 0, 0);
}
