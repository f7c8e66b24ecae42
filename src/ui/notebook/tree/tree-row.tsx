/** One row of the tree. All of its behaviour is in the tree; a row says where it was touched. */

import {type CSSProperties, type DragEvent, type MouseEvent, memo, useEffect, useRef, useState} from 'react';
import type {Row} from '../../../notes/tree-rows.ts';
import {IconButton} from '../../parts/button.tsx';
import {Icon} from '../../parts/icon.tsx';
import type {Zone} from './tree-moves.ts';

export interface Renamed {
  readonly title: string;
  /** The one that was to be changed. */
  readonly shown: string;
}

export interface RowEvents {
  readonly onOpen: (row: Row) => void;
  readonly onToggle: (row: Row) => void;
  readonly onMenu: (row: Row, anchor: DOMRect) => void;
  /** Null: the title stays. */
  readonly onRename: (row: Row, renamed: Renamed | null) => void;
  readonly onDragStart: (event: DragEvent, row: Row) => void;
  readonly onDragOver: (event: DragEvent, row: Row) => void;
  readonly onDrop: (event: DragEvent, row: Row) => void;
  readonly onDragEnd: () => void;
}

interface TreeRowProps {
  readonly row: Row;
  readonly top: number;
  readonly isSelected: boolean;
  readonly isFocused: boolean;
  /** While it is being renamed: the title without its place's prefix. */
  readonly renamedTitle: string | null;
  readonly isDraggable: boolean;
  readonly drop: Zone | null;
  readonly events: RowEvents;
}

export function shownTitle(title: string): string {
  return title.trim() === '' ? 'Untitled' : title;
}

/** Drawn anew only when something of it changes: `events` must stay the same object. */
export const TreeRow = memo(function TreeRow({
  row,
  top,
  isSelected,
  isFocused,
  renamedTitle,
  isDraggable,
  drop,
  events,
}: TreeRowProps) {
  const title = shownTitle(row.title);
  const menuAt = (event: MouseEvent) => {
    event.preventDefault();
    events.onMenu(row, new DOMRect(event.clientX, event.clientY, 0, 0));
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the tree's.
    <div
      role="treeitem"
      className="tree-row"
      data-key={row.key}
      data-drop={drop ?? undefined}
      style={{'--depth': indentOf(row.depth), transform: `translateY(${top}px)`} as CSSProperties}
      tabIndex={isFocused ? 0 : -1}
      aria-label={title}
      aria-level={row.depth + 1}
      aria-expanded={row.hasChildren ? row.expanded : undefined}
      aria-posinset={row.posInSet}
      aria-setsize={row.setSize}
      aria-selected={isSelected}
      draggable={isDraggable && row.kind === 'place' && renamedTitle === null}
      onClick={() => events.onOpen(row)}
      onContextMenu={row.kind === 'unfiled' ? undefined : menuAt}
      onDragStart={(event) => events.onDragStart(event, row)}
      onDragOver={(event) => events.onDragOver(event, row)}
      onDrop={(event) => events.onDrop(event, row)}
      onDragEnd={events.onDragEnd}
    >
      <Toggle row={row} onToggle={events.onToggle} />
      {renamedTitle === null ? (
        <span className={row.title.trim() === '' ? 'tree-title quiet' : 'tree-title'}>{title}</span>
      ) : (
        <TitleInput stored={renamedTitle} onEnd={(renamed) => events.onRename(row, renamed)} />
      )}
      {row.kind === 'unfiled' ? null : (
        <IconButton
          icon="more"
          label={`More for ${title}`}
          className="tree-more"
          tabIndex={-1}
          aria-haspopup="menu"
          onClick={(event) => {
            event.stopPropagation();
            events.onMenu(row, event.currentTarget.getBoundingClientRect());
          }}
        />
      )}
    </div>
  );
});

/** For the pointer only; the keyboard has the arrows, and a listener hears aria-expanded. */
function Toggle({row, onToggle}: {readonly row: Row; readonly onToggle: RowEvents['onToggle']}) {
  if (!row.hasChildren) return <span className="tree-toggle" aria-hidden="true" />;
  return (
    <span
      className="tree-toggle"
      aria-hidden="true"
      onClick={(event) => {
        event.stopPropagation();
        onToggle(row);
      }}
    >
      <Icon name={row.expanded ? 'chevron-down' : 'chevron-right'} />
    </span>
  );
}

interface TitleInputProps {
  readonly stored: string;
  readonly onEnd: (renamed: Renamed | null) => void;
}

/** Enter and leaving it keep the new title, Escape the old one. What wasn't changed here isn't kept over what came meanwhile. */
function TitleInput({stored, onEnd}: TitleInputProps) {
  const ref = useRef<HTMLInputElement>(null);
  const shown = useRef(stored);
  const isDone = useRef(false);
  const [title, setTitle] = useState(stored);
  useEffect(() => ref.current?.select(), []);
  const end = (kept: string) => {
    if (!isDone.current) onEnd(kept === shown.current ? null : {title: kept, shown: shown.current});
    isDone.current = true;
  };
  return (
    <input
      ref={ref}
      className="tree-rename"
      aria-label="New title"
      value={title}
      onChange={(event) => setTitle(event.target.value)}
      onClick={(event) => event.stopPropagation()}
      onBlur={() => end(title)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') end(title);
        if (event.key === 'Escape') end(shown.current);
      }}
    />
  );
}

/** In steps of 16 px. Deep down they get small and end, so that a title at level 100 still has room. */
function indentOf(depth: number): number {
  return Math.min(depth, 6) + Math.min(Math.max(depth - 6, 0), 12) / 4;
}
