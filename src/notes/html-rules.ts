/**
 * The HTML that a note may hold on screen, from a paste and from an import; never applied to what sync brings (a note keeps
 * the bytes it was written with). Rules as data for DOMPurify, which its callers bring along, as there is no DOM here:
 *
 *     const clean = createCleaner(DOMPurify(window));   // one instance for each cleaner: hooks stay on it
 *     const html = clean(dirty);
 *
 * What is allowed is what Aster's and Trilium's editors make. Addresses: html-links.ts; styles and classes: html-style.ts.
 */

import {ID_PATTERN} from '../../protocol/ids.ts';
import {isAllowedHref, isAllowedImageSource} from './html-links.ts';
import {keptClasses, keptStyle} from './html-style.ts';

const TAGS_BY_USE = {
  blocks: 'p div section aside blockquote pre hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd details summary figure figcaption',
  tables: 'table caption colgroup col thead tbody tfoot tr th td',
  inline: 'a abbr b br cite code del em i ins kbd label mark q s samp small span strong sub sup time u var wbr',
  others: 'img input',
};

export const ALLOWED_TAGS: readonly string[] = Object.values(TAGS_BY_USE).flatMap((tags) => tags.split(' '));

/** The value to keep, or null to drop the attribute. */
type Rule = (value: string) => string | null;

const matching =
  (pattern: RegExp): Rule =>
  (value) =>
    pattern.test(value) ? value : null;
const accepting =
  (isAllowed: (value: string) => boolean): Rule =>
  (value) =>
    isAllowed(value) ? value : null;
const any: Rule = (value) => value;
const id = matching(ID_PATTERN);
const count = matching(/^\d{1,4}$/);
const flag: Rule = (value) => (value.length < 20 ? value : null);
const footnoteId = matching(/^[\w-]{0,60}$/);
const cell: Readonly<Record<string, Rule>> = {
  colspan: count,
  rowspan: count,
  colwidth: matching(/^[\d,]{1,60}$/),
  scope: matching(/^(?:row|col|rowgroup|colgroup)$/),
};

const RULES_FOR_ALL: Readonly<Record<string, Rule>> = {
  class: keptClasses,
  style: keptStyle,
  title: any,
  dir: matching(/^(?:ltr|rtl|auto)$/),
  lang: matching(/^[\w-]{1,35}$/),
  'data-footnote-id': footnoteId,
  'data-footnote-index': footnoteId,
  'data-footnote-section': footnoteId,
  'data-footnote-item': footnoteId,
  'data-footnote-reference': footnoteId,
  'data-footnote-back-link': footnoteId,
  'data-footnote-content': footnoteId,
};

const RULES_BY_TAG: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  a: {
    href: accepting(isAllowedHref),
    target: matching(/^_blank$/),
    rel: matching(/^(?:(?:noopener|noreferrer|nofollow) ?)+$/),
  },
  img: {
    src: accepting(isAllowedImageSource),
    alt: any,
    width: count,
    height: count,
    'data-attachment': id,
    'data-note': id,
  },
  section: {'data-note': id, 'data-box-size': matching(/^[a-z]{1,20}$/)},
  input: {type: matching(/^checkbox$/i), checked: flag, disabled: flag},
  details: {open: flag},
  ol: {start: matching(/^-?\d{1,9}$/), reversed: flag, type: matching(/^[1aAiI]$/)},
  ul: {'data-type': matching(/^taskList$/)},
  li: {
    value: matching(/^-?\d{1,9}$/),
    'data-type': matching(/^taskItem$/),
    'data-checked': matching(/^(?:true|false)$/),
  },
  mark: {'data-color': (value) => (keptStyle(`color:${value}`) === null ? null : value)},
  time: {datetime: any},
  td: cell,
  th: cell,
  col: {span: count},
  colgroup: {span: count},
};

const ALLOWED_ATTRIBUTES: readonly string[] = [
  ...new Set([RULES_FOR_ALL, ...Object.values(RULES_BY_TAG)].flatMap((rules) => Object.keys(rules))),
];

/** What a note keeps of one attribute; null when that is nothing. Names in lower case. */
export function keptAttribute(tag: string, name: string, value: string): string | null {
  const rule = own(own(RULES_BY_TAG, tag) ?? {}, name) ?? own(RULES_FOR_ALL, name);
  return rule?.(value) ?? null;
}

export interface CleanConfig {
  ALLOWED_TAGS: string[];
  ALLOWED_ATTR: string[];
  ALLOWED_URI_REGEXP: RegExp;
  ALLOW_DATA_ATTR: boolean;
  ALLOW_ARIA_ATTR: boolean;
  FORCE_BODY: boolean;
}

/** For callers that need more than `createCleaner`; the hook of `createCleaner` is needed as well. */
export function cleanConfig(): CleanConfig {
  return {
    // The body is DOMPurify's own box around the text; it isn't in what comes out.
    ALLOWED_TAGS: [...ALLOWED_TAGS, 'body'],
    ALLOWED_ATTR: [...ALLOWED_ATTRIBUTES],
    // The rules above are stricter; this is DOMPurify's own second look.
    ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    // Else a style or link at the very start would go without being counted as removed.
    FORCE_BODY: true,
  };
}

/** As much of DOMPurify as is used here. */
export interface Purifier {
  readonly isSupported: boolean;
  addHook(entryPoint: 'uponSanitizeAttribute', hook: (element: CleanedElement, event: AttributeEvent) => void): void;
  addHook(entryPoint: 'afterSanitizeAttributes', hook: (element: CleanedElement) => void): void;
  sanitize(html: string, config: CleanConfig): string;
}

interface CleanedElement {
  readonly nodeName: string;
  getAttribute(name: string): string | null;
  remove(): void;
}

interface AttributeEvent {
  readonly attrName: string;
  attrValue: string;
  keepAttr: boolean;
}

/**
 * Takes the purifier over: no one else may use it. Throws where it has no DOM, rather than letting HTML through. `onCut` is
 * called for each attribute of which only a part was kept; what went as a whole is in the purifier's `removed`.
 */
export function createCleaner(purifier: Purifier, onCut: () => void = () => undefined): (html: string) => string {
  if (!purifier.isSupported) throw new Error('DOMPurify needs a DOM');
  purifier.addHook('uponSanitizeAttribute', (element, event) => {
    const kept = keptAttribute(element.nodeName.toLowerCase(), event.attrName, event.attrValue);
    if (kept === event.attrValue) return;
    if (kept === null) event.keepAttr = false;
    else {
      event.attrValue = kept;
      onCut();
    }
  });
  // Without a type it would be a field to type into.
  purifier.addHook('afterSanitizeAttributes', (element) => {
    if (element.nodeName === 'INPUT' && element.getAttribute('type') === null) element.remove();
  });
  const config = cleanConfig();
  return (html) => purifier.sanitize(html, config);
}

function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
