/** Dragging rows by mouse: what is dragged, and over which part of which row it is. */

import {type DragEvent, useState} from 'react';
import type {Placement} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import type {Row} from '../../../notes/tree-rows.ts';
import {placementByDrop, type Zone, zoneAt} from './tree-moves.ts';

export function useDrag(tree: Tree, onMove: (row: Row, to: Placement) => void) {
  const [dragged, setDragged] = useState<Row | null>(null);
  const [over, setOver] = useState<{readonly key: string; readonly zone: Zone} | null>(null);

  const end = () => {
    setDragged(null);
    setOver(null);
  };
  const targetOf = (event: DragEvent, row: Row): {readonly zone: Zone; readonly to: Placement} | null => {
    if (dragged === null || dragged.key === row.key) return null;
    const {top, height} = event.currentTarget.getBoundingClientRect();
    const zone = zoneAt((event.clientY - top) / height, row);
    const to = placementByDrop(tree, dragged.noteId, row, zone);
    return to === null ? null : {zone, to};
  };
  return {
    over,
    events: {
      onDragStart: (event: DragEvent, row: Row) => {
        event.dataTransfer.setData('text/plain', row.title);
        event.dataTransfer.effectAllowed = 'move';
        setDragged(row);
      },
      onDragOver: (event: DragEvent, row: Row) => {
        const target = targetOf(event, row);
        setOver(target === null ? null : {key: row.key, zone: target.zone});
        if (target !== null) event.preventDefault();
      },
      onDrop: (event: DragEvent, row: Row) => {
        const target = targetOf(event, row);
        event.preventDefault();
        if (target !== null && dragged !== null) onMove(dragged, target.to);
        end();
      },
      onDragEnd: end,
    },
  };
}
