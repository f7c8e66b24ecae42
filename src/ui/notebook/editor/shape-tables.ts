/**
 * Tables. Stored: `figure.table > table > colgroup? + thead? + tbody`. In the editor rows are children of the table; which
 * section a row belongs to, the figure around and the columns' widths travel in attributes.
 */

import {attributesOf, readAttributes, setAttributes} from './inline-names.ts';

const FIGURE = 'data-aster-figure';
const COLUMNS = 'data-aster-columns';
const SECTION = 'data-aster-section';

/** Stored to editor. A figure with a caption is left to be kept whole. */
export function openTables(body: Element): void {
  for (const table of body.querySelectorAll('table')) {
    for (const row of table.querySelectorAll(':scope > * > tr'))
      row.setAttribute(SECTION, row.parentElement?.localName ?? 'tbody');
    const columns = table.querySelector(':scope > colgroup');
    if (columns !== null) {
      table.setAttribute(COLUMNS, columns.outerHTML);
      columns.remove();
    }
    const figure = table.parentElement;
    if (figure?.matches('figure.table') && figure.children.length === 1) {
      table.setAttribute(FIGURE, JSON.stringify(attributesOf(figure)));
      figure.replaceWith(table);
    }
  }
}

/** Editor to stored. */
export function closeTables(body: Element): void {
  for (const table of body.querySelectorAll('table')) {
    const [figure, columns] = [table.getAttribute(FIGURE), table.getAttribute(COLUMNS)];
    table.removeAttribute(FIGURE);
    table.removeAttribute(COLUMNS);
    groupRows(table);
    if (columns !== null && columns !== '') addColumns(table, columns);
    if (figure !== null && figure !== '') wrapInFigure(table, readAttributes(figure));
  }
}

function groupRows(table: Element): void {
  const rows = [...table.querySelectorAll(':scope > tbody > tr, :scope > tr')];
  const sections: Element[] = [];
  for (const row of rows) {
    const name = row.getAttribute(SECTION) ?? 'tbody';
    row.removeAttribute(SECTION);
    if (sections.at(-1)?.localName !== name)
      sections.push(table.ownerDocument.createElement(isSection(name) ? name : 'tbody'));
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

function wrapInFigure(table: Element, attributes: Record<string, string>): void {
  const figure = table.ownerDocument.createElement('figure');
  setAttributes(figure, attributes);
  table.replaceWith(figure);
  figure.append(table);
}

function isSection(name: string): boolean {
  return name === 'thead' || name === 'tbody' || name === 'tfoot';
}
