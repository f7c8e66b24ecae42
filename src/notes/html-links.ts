/**
 * Addresses in the HTML of notes.
 *
 * A link to a note is `<a href="#note/ID">`, one to an attachment `<a href="#attachment/ID">`: a fragment, so it means the
 * same under any base path, never leaves the page by itself, survives an export and other editors, and is one value that
 * can't disagree with a second one. Whoever shows a note turns a click on it into the route (`/n/ID`).
 *
 * An image whose bytes are an attachment or an image note is `<img data-attachment="ID" alt="title">` or
 * `<img data-note="ID" alt="title">`, without `src`: who shows it puts in the bytes, or a placeholder with the title while
 * they aren't here, and takes them out again before saving. A note included in another is
 * `<section class="include-note" data-note="ID">`.
 */

import {ID_PATTERN} from '../../protocol/ids.ts';

export type LinkKind = 'note' | 'attachment';

const LINK_PATTERN = /^#(note|attachment)\/(.+)$/;
const SCHEME_PATTERN = /^([a-z][a-z0-9+.-]*):/i;
const LINK_SCHEMES = new Set(['http', 'https', 'mailto', 'tel']);
/** No SVG: it can hold scripts, and styles that reach out. */
const IMAGE_DATA_PATTERN = /^data:image\/(?:png|jpeg|jpg|gif|webp|avif|bmp|x-icon);base64,[a-z0-9+/=\s]*$/i;

export function linkHref(kind: LinkKind, id: string): string {
  return `#${kind}/${id}`;
}

/** What an `href` in a note points to; undefined for any address outside the notebook. */
export function parseLinkHref(href: string): {readonly kind: LinkKind; readonly id: string} | undefined {
  const [, kind, id] = LINK_PATTERN.exec(href) ?? [];
  if (id === undefined || !ID_PATTERN.test(id)) return undefined;
  return {kind: kind === 'note' ? 'note' : 'attachment', id};
}

/** http, https, mailto, tel, or relative. */
export function isAllowedHref(address: string): boolean {
  const scheme = schemeOf(address);
  return scheme === undefined || LINK_SCHEMES.has(scheme);
}

/** http, https, relative, or a bitmap as a data address. */
export function isAllowedImageSource(address: string): boolean {
  // The address of a picture may be megabytes long: looked at once, not character by character.
  if (/^\s*data:/i.test(address)) return IMAGE_DATA_PATTERN.test(address.trim());
  const scheme = schemeOf(address);
  if (scheme === 'data') return IMAGE_DATA_PATTERN.test(address.trim());
  return scheme === undefined || scheme === 'http' || scheme === 'https';
}

/** As browsers see it: they drop control characters and white space before they look for a scheme. */
function schemeOf(address: string): string | undefined {
  const seen = [...address].filter((character) => character > ' ' && character !== '\u007f').join('');
  return SCHEME_PATTERN.exec(seen)?.[1]?.toLowerCase();
}
