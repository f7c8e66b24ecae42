/**
 * Tables. Stored: `figure.table > table > colgroup? + thead? + tbody`, with a figcaption behind the table. In the editor rows
 * are children of the table; which section a row belongs to, the figure, its caption and the columns' widths travel in
 * attributes. The caption is shown, but can't be edited.
 */

import {attributesOf, isElement, readAttributes, setAttributes} from './inline-names.ts';

const FIGURE = 'data-aster-figure';
const CAPTION = 'data-aster-caption';
const COLUMNS = 'data-aster-columns';
const SECTION = 'data-aster-section';

/** Stored to editor. */
export function openTables(body: Element): void {
  for (const table of body.querySelectorAll('table')) {
    for (const row of table.querySelectorAll(':scope > * > tr')) {
      row.setAttribute(SECTION, row.parentElement?.localName ?? 'tbody');
    }
    const columns = table.querySelector(':scope > colgroup');
    if (columns !== null) {
      table.setAttribute(COLUMNS, columns.outerHTML);
      columns.remove();
    }
    const figure = table.parentElement;
    if (figure !== null && isTableFigure(figure)) takeFigure(table, figure);
  }
}

/** Editor to stored. */
export function closeTables(body: Element): void {
  for (const table of body.querySelectorAll('table')) {
    const [figure, caption, columns] = [FIGURE, CAPTION, COLUMNS].map((name) => takeAttribute(table, name));
    groupRows(table);
    if (columns) addColumns(table, columns);
    if (figure) wrapInFigure(table, readAttributes(figure), caption ?? '');
  }
}

/** A figure with nothing but a table, and at most a caption of plain words behind it. */
export function isTableFigure(figure: Element): boolean {
  const [table, caption, ...more] = figure.children;
  if (!figure.matches('figure.table') || table?.localName !== 'table' || more.length > 0) return false;
  return caption === undefined || isPlainCaption(caption);
}

function isPlainCaption(caption: Element): boolean {
  const isPlain = caption.attributes.length === 0 && ![...caption.childNodes].some(isElement);
  return caption.localName === 'figcaption' && isPlain && caption.textContent !== '';
}

function takeFigure(table: Element, figure: Element): void {
  table.setAttribute(FIGURE, JSON.stringify(attributesOf(figure)));
  const caption = figure.querySelector(':scope > figcaption');
  if (caption !== null) table.setAttribute(CAPTION, caption.textContent);
  figure.replaceWith(table);
}

function takeAttribute(element: Element, name: string): string | null {
  const value = element.getAttribute(name);
  element.removeAttribute(name);
  return value;
}

function groupRows(table: Element): void {
  const rows = [...table.querySelectorAll(':scope > tbody > tr, :scope > tr')];
  const sections: Element[] = [];
  for (const row of rows) {
    const name = takeAttribute(row, SECTION) ?? 'tbody';
    if (sections.at(-1)?.localName !== name) {
      sections.push(table.ownerDocument.createElement(isSection(name) ? name : 'tbody'));
    }
    sections.at(-1)?.append(row);
  }
  table.replaceChildren(...sections);
}

/** Widths of a table whose number of columns was changed say nothing any more. */
function addColumns(table: Element, html: string): void {
  const holder = table.ownerDocument.createElement('table');
  holder.innerHTML = html;
  const columns = holder.firstElementChild;
  const row = table.querySelector('tr');
  if (columns?.localName !== 'colgroup' || row === null) return;
  const width = [...row.children].reduce((sum, cell) => sum + Number(cell.getAttribute('colspan') ?? 1), 0);
  if (columns.children.length === width || columns.children.length === 0) table.prepend(columns);
}

function wrapInFigure(table: Element, attributes: Record<string, string>, words: string): void {
  const figure = table.ownerDocument.createElement('figure');
  setAttributes(figure, attributes);
  table.replaceWith(figure);
  figure.append(table);
  if (words === '') return;
  const caption = table.ownerDocument.createElement('figcaption');
  caption.textContent = words;
  figure.append(caption);
}

function isSection(name: string): boolean {
  return name === 'thead' || name === 'tbody' || name === 'tfoot';
}
