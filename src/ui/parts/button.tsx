/** Buttons. `primary` at most once per form; `IconButton` speaks its label and shows it as a hint. */

import type {ComponentProps, ReactNode} from 'react';
import {Icon, type IconName} from './icon.tsx';

export type ButtonLook = 'primary' | 'normal' | 'quiet' | 'danger';

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: ButtonLook;
  readonly icon?: IconName;
  /** Something started by this button is under way: it can't be pressed again, and says so. */
  readonly busy?: boolean;
  readonly children: ReactNode;
}

export function Button({look = 'normal', icon, busy = false, children, className, ...rest}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes('button', `button-${look}`, className)}
      aria-disabled={busy || rest['aria-disabled']}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps extends ComponentProps<'button'> {
  readonly icon: IconName;
  readonly label: string;
}

export function IconButton({icon, label, className, ...rest}: IconButtonProps) {
  return (
    <button type="button" title={label} aria-label={label} {...rest} className={classes('icon-button', className)}>
      <Icon name={icon} />
    </button>
  );
}

function classes(...names: readonly (string | undefined)[]): string {
  return names.filter((name) => name !== undefined).join(' ');
}
