/**
 * The roving focus of the tree: which row Tab reaches, and the focus itself, which follows a row that was moved and goes to
 * its neighbour when the row was deleted.
 */

import {type FocusEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState} from 'react';
import type {Row} from '../../../notes/tree-rows.ts';

type Identity = Pick<Row, 'key' | 'branchId'>;

export interface TreeFocus {
  readonly index: number;
  /** Which row Tab reaches from now on. */
  readonly choose: (row: Row) => void;
  /** Puts the focus on the chosen row, once it is drawn. */
  readonly take: () => void;
  /** The focus may be taken away with its row: it goes where the row went, or to the next one. */
  readonly follow: () => void;
  readonly onBlur: (event: FocusEvent) => void;
}

export function useTreeFocus(
  ref: RefObject<HTMLElement | null>,
  rows: readonly Row[],
  noteId: string | null,
): TreeFocus {
  const [chosen, setChosen] = useState<Identity | null>(null);
  const [wishes, setWishes] = useState(0);
  const isFollowing = useRef(false);
  const last = useRef(0);
  const index = indexOf(rows, chosen, noteId, last.current);
  useEffect(() => {
    last.current = index;
  }, [index]);
  useLayoutEffect(() => {
    if (wishes > 0) focusChosen(ref.current);
  }, [ref, wishes]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the rows are others.
  useLayoutEffect(() => {
    if (isFollowing.current && document.activeElement === document.body) focusChosen(ref.current);
  }, [ref, rows]);
  return {
    index,
    choose: setChosen,
    take: () => setWishes((times) => times + 1),
    follow: () => {
      isFollowing.current = true;
    },
    onBlur: ({relatedTarget}) => {
      if (relatedTarget !== null && !ref.current?.contains(relatedTarget)) isFollowing.current = false;
    },
  };
}

function focusChosen(tree: HTMLElement | null): void {
  tree?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus({preventScroll: true});
}

/** The chosen row, wherever it was moved to; where it is gone, the one in its place; else that of the open note. */
function indexOf(rows: readonly Row[], chosen: Identity | null, noteId: string | null, last: number): number {
  const at = (test: (row: Row) => boolean) => rows.findIndex(test);
  if (chosen === null)
    return Math.max(
      0,
      at((row) => row.noteId === noteId),
    );
  const same = at((row) => row.key === chosen.key);
  if (same >= 0) return same;
  const moved = at((row) => row.branchId === chosen.branchId);
  return moved >= 0 ? moved : Math.min(last, rows.length - 1);
}
