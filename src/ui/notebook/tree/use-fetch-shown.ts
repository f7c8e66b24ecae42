/**
 * While a first sync brings the tree, places come before the notes that they show. The notes of what is on the screen are got by
 * name, so that it can be read at once; all others come in their turn (ADR 29).
 */

import {useEffect, useRef} from 'react';
import type {Tree} from '../../../notes/tree.ts';
import type {Row} from '../../../notes/tree-rows.ts';
import {useApp} from '../../app-context.ts';
import {notesToFetch} from './notes-to-fetch.ts';

/** `rows`: as they are shown. What can't be got now is asked for again when more has come. */
export function useFetchShown(tree: Tree | undefined, rows: readonly Row[]): void {
  const {control} = useApp();
  const asked = useRef(new Set<string>());
  useEffect(() => {
    if (!tree?.arriving) return;
    const ids = notesToFetch(tree, rows, asked.current);
    if (ids.length === 0) return;
    for (const id of ids) asked.current.add(id);
    void control.fetchNotes(ids).then(({ok}) => {
      if (!ok) for (const id of ids) asked.current.delete(id);
    });
  }, [tree, rows, control]);
}
