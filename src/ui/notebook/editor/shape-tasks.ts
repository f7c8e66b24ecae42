/**
 * Task lists. Stored, as CKEditor writes them: `ul.todo-list > li > label.todo-list__label > input + span`, with the text in
 * the span. In the editor: `ul[data-type=taskList] > li[data-type=taskItem]` with the text in the item's first line.
 */

import {attributesOf, isBlank, isElement, isText, readAttributes, setAttributes} from './inline-names.ts';

/** Attributes of the three elements that carry a task's mark; `span` is null where there is none. */
interface TaskShape {
  readonly label: Record<string, string>;
  readonly input: Record<string, string>;
  readonly span: Record<string, string> | null;
}

const SHAPE = 'data-aster-task';
const DESCRIPTION = {class: 'todo-list__label__description'};
const NEW_TASK: TaskShape = {
  label: {class: 'todo-list__label'},
  input: {type: 'checkbox', disabled: 'disabled'},
  span: DESCRIPTION,
};

/** Stored to editor. A list in which one item is no task stays as it is. */
export function openTasks(body: Element): void {
  for (const list of body.querySelectorAll('ul')) {
    const tasks = [...list.children].map(readTask);
    if (tasks.length === 0 || !tasks.every((task) => task !== null)) continue;
    list.setAttribute('data-type', 'taskList');
    for (const task of tasks) openTask(task);
  }
}

/** Editor to stored. */
export function closeTasks(body: Element): void {
  for (const list of body.querySelectorAll('ul[data-type="taskList"]')) list.removeAttribute('data-type');
  for (const item of body.querySelectorAll('li[data-type="taskItem"]')) closeTask(item);
}

interface Task {
  readonly item: Element;
  readonly label: Element;
  readonly input: Element;
  readonly span: Element | null;
}

function readTask(item: Element): Task | null {
  const label = item.firstElementChild;
  if (item.localName !== 'li' || label === null || !label.matches('label.todo-list__label')) return null;
  const before = label.previousSibling;
  if (before !== null && !(isText(before) && isBlank(before.data))) return null;
  const [input, span = null, ...more] = [...label.childNodes].filter((node) => !(isText(node) && isBlank(node.data)));
  if (!isElement(input) || !input.matches('input[type="checkbox"]') || more.length > 0) return null;
  if (span === null) return {item, label, input, span};
  return isElement(span) && span.matches('span.todo-list__label__description') ? {item, label, input, span} : null;
}

function openTask({item, label, input, span}: Task): void {
  const shape: TaskShape = {
    label: attributesOf(label),
    input: attributesOf(input, ['checked']),
    span: span === null ? null : attributesOf(span),
  };
  item.setAttribute('data-type', 'taskItem');
  item.setAttribute('data-checked', String(input.hasAttribute('checked')));
  item.setAttribute(SHAPE, JSON.stringify(shape));
  label.replaceWith(...(span?.childNodes ?? []));
}

function closeTask(item: Element): void {
  const shape = readShape(item.getAttribute(SHAPE));
  const isChecked = item.getAttribute('data-checked') === 'true';
  for (const name of ['data-type', 'data-checked', SHAPE]) item.removeAttribute(name);
  const line = item.firstElementChild?.matches('p[data-aster-bare="yes"], p[data-aster-bare="auto"]')
    ? item.firstElementChild
    : null;
  const words = line === null || line.attributes.length > 1 ? [] : [...line.childNodes];
  if (words.length > 0 || line?.attributes.length === 1) line?.remove();
  item.prepend(makeLabel(item.ownerDocument, shape, isChecked, words));
}

function makeLabel(document: Document, shape: TaskShape, isChecked: boolean, words: readonly ChildNode[]): Element {
  const label = document.createElement('label');
  setAttributes(label, shape.label);
  const input = document.createElement('input');
  setAttributes(input, shape.input);
  if (isChecked) input.setAttribute('checked', 'checked');
  label.append(input);
  const spanAttributes = shape.span ?? (words.length > 0 ? DESCRIPTION : null);
  if (spanAttributes === null) return label;
  const span = document.createElement('span');
  setAttributes(span, spanAttributes);
  span.append(...words);
  label.append(span);
  return label;
}

function readShape(json: string | null): TaskShape {
  if (json === null || json === '') return NEW_TASK;
  const members = readAttributes(json) as unknown as Record<string, unknown>;
  const part = (name: string) => readAttributes(JSON.stringify(members[name] ?? null));
  return {label: part('label'), input: part('input'), span: members.span == null ? null : part('span')};
}
