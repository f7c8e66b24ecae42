/** A menu beside what opened it: a button, a right click, a key. Escape and a press elsewhere close it. */

import {type KeyboardEvent, useEffect, useRef} from 'react';
import {Icon, type IconName} from '../../parts/icon.tsx';

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly run: () => void;
}

interface PopupMenuProps {
  readonly label: string;
  readonly anchor: DOMRect;
  readonly items: readonly MenuItem[];
  readonly onClose: () => void;
}

export function PopupMenu({label, anchor, items, onClose}: PopupMenuProps) {
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
      className="popup-menu"
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
