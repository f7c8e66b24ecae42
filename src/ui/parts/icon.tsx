/** The one set of icons: 20 px, drawn in the colour of the text around them. They carry no name; what they stand on does. */

import {ICON_PATHS} from './icon-paths.ts';

export type IconName = keyof typeof ICON_PATHS;

export function Icon({name, className}: {readonly name: IconName; readonly className?: string}) {
  return (
    <svg
      className={className === undefined ? 'icon' : `icon ${className}`}
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={ICON_PATHS[name]} />
    </svg>
  );
}
