/** The menu of one row: opened by its button, a right click or the menu key. Escape and a press elsewhere close it. */

import {type KeyboardEvent, useEffect, useRef} from 'react';
import {Icon, type IconName} from '../../parts/icon.tsx';

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly run: () => void;
}

interface RowMenuProps {
  readonly label: string;
  readonly anchor: DOMRect;
  readonly items: readonly MenuItem[];
  readonly onClose: () => void;
}

export function RowMenu({label, anchor, items, onClose}: RowMenuProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const menu = ref.current;
    if (menu === null) return;
    menu.showPopover();
    placeAt(menu, anchor);
    menu.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
  }, [anchor]);
  return (
    <div
      ref={ref}
      popover="auto"
      role="menu"
      aria-label={label}
      className="row-menu"
      onToggle={(event) => {
        if (event.newState === 'closed') onClose();
      }}
      onKeyDown={moveFocus}
    >
      {items.map(({label: name, icon, run}) => (
        <button
          key={name}
          type="button"
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            onClose();
            run();
          }}
        >
          <Icon name={icon} />
          {name}
        </button>
      ))}
    </div>
  );
}

function placeAt(menu: HTMLElement, anchor: DOMRect): void {
  const {width, height} = menu.getBoundingClientRect();
  const below = anchor.bottom + height <= innerHeight;
  menu.style.left = `${Math.max(8, Math.min(anchor.left, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, below ? anchor.bottom : anchor.top - height)}px`;
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = nextIndex(event.key, at, items.length);
  if (next === null) return;
  event.preventDefault();
  event.stopPropagation();
  items[next]?.focus();
}

function nextIndex(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowUp':
      return (at - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
