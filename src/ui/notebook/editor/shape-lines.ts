/**
 * Text that stands directly in a list item, a cell or a division has no <p> in stored HTML, but an editor wants every line
 * in a paragraph. In the editor such a line is a paragraph with `data-aster-bare`: `yes` where the stored text had none,
 * `auto` where the editor made it (bare as the first line of an item or a cell, a real <p> elsewhere).
 */

import {isBlank, isElement, isInline, isText} from './inline-names.ts';

export const CONTAINERS =
  'body, li, td, th, blockquote, div, section, article, aside, main, header, footer, nav, center';

const BARE = 'data-aster-bare';

/** Stored to editor: wraps each run of inline nodes and drops the white space between blocks. */
export function wrapBareLines(body: Element): void {
  const inside = [...body.querySelectorAll(CONTAINERS)].filter(
    (element) => element.closest('[data-aster-kept]') === null,
  );
  for (const container of [body, ...inside]) {
    for (const run of runsOf(container)) wrapRun(run);
  }
}

/** Editor to stored. */
export function unwrapBareLines(body: Element): void {
  for (const line of [...body.querySelectorAll(`p[${BARE}]`)]) {
    const how = line.getAttribute(BARE);
    line.removeAttribute(BARE);
    if (isBareLine(line, how)) line.replaceWith(...line.childNodes);
  }
}

/** Spaces that HTML would fold, but that the editor shows, become no-break spaces. */
export function keepSpaces(body: Element): void {
  const document = body.ownerDocument;
  const walker = document.createTreeWalker(body, 1 | 4);
  let isAfterSpace = true;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (isElement(node)) {
      if (!isInline(node) || node.localName === 'br') isAfterSpace = true;
      else if (node.localName === 'img' || node.hasAttribute('data-aster-kept')) isAfterSpace = false;
      continue;
    }
    if (!isText(node) || node.parentElement?.closest('pre, [data-aster-kept]')) continue;
    let text = '';
    for (const char of node.data) {
      const shown: string = char === ' ' && isAfterSpace ? '\u00a0' : char;
      isAfterSpace = shown === ' ';
      text += shown;
    }
    if (text !== node.data) node.data = text;
  }
}

function runsOf(container: Element): ChildNode[][] {
  const runs: ChildNode[][] = [[]];
  for (const child of container.childNodes) {
    if (isInline(child)) runs.at(-1)?.push(child);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function wrapRun(run: readonly ChildNode[]): void {
  const first = run[0];
  if (first === undefined) return;
  if (run.every((node) => isText(node) && isBlank(node.data))) {
    for (const node of run) node.remove();
    return;
  }
  const line = (first.ownerDocument as Document).createElement('p');
  line.setAttribute(BARE, 'yes');
  first.before(line);
  line.append(...run);
}

function isBareLine(line: Element, how: string | null): boolean {
  if (how === 'no' || line.attributes.length > 0) return false;
  const before = line.previousSibling;
  if (before !== null && isInline(before)) return false;
  const isFirstInItem = before === null && /^(li|td|th)$/.test(line.parentElement?.localName ?? '');
  if (how === 'auto') return isFirstInItem;
  return isFirstInItem || line.childNodes.length > 0;
}
