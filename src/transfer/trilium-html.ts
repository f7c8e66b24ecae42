/**
 * From a page of a Trilium export to the text of a note: the page around it goes, links and pictures get Aster's form
 * (src/notes/html-links.ts). Pure, on text; the result still has to be sanitised.
 */

import {linkHref} from '../notes/html-links.ts';
import {escapeHtml, rewriteTags, scanTags, type Tag, writeTag} from './html-tags.ts';
import type {LinkIndex, Target} from './trilium-links.ts';

/** `onMissing` is called for each address that should lead into the notebook and doesn't. */
export function toNoteHtml(
  page: string,
  title: string,
  basePath: string,
  links: LinkIndex,
  onMissing: () => void,
): string {
  const resolve = (address: string): Target => {
    const target = links.resolve(address, basePath);
    if (target.kind === 'missing') onMissing();
    return target;
  };
  const include = (theirId: string): Target => {
    const target = links.note(theirId);
    if (target.kind === 'missing') onMissing();
    return target;
  };
  return rewriteTags(noteContent(page, title), (tag) => {
    if (tag.name === 'oembed') return tag.isClosing ? '</a>' : embedToLink(tag);
    if (tag.isClosing) return undefined;
    if (tag.name === 'a') return rewriteLink(tag, resolve);
    if (tag.name === 'img') return rewriteImage(tag, resolve);
    if (tag.name === 'section') return rewriteInclude(tag, include);
    return undefined;
  });
}

/**
 * What is inside the page's content element, or its body without the heading that repeats the title. Wrappers that earlier
 * exports and imports left around the whole text are taken off.
 */
export function noteContent(page: string, title: string): string {
  const boxes = findBoxes(page, ['div', 'body']);
  const content = boxes.find(({tag}) => classesOf(tag).includes('ck-content'));
  if (content !== undefined) return unwrap(page.slice(content.tag.end, content.contentEnd));
  const body = boxes.find(({tag}) => tag.name === 'body');
  const inner = body === undefined ? page : page.slice(body.tag.end, body.contentEnd);
  return unwrap(withoutTitle(unwrap(inner), title));
}

interface Box {
  readonly tag: Tag;
  readonly contentEnd: number;
  readonly end: number;
}

/** Elements of these names with both their tags, in the order of their starts. */
function findBoxes(html: string, names: readonly string[]): Box[] {
  const boxes: Box[] = [];
  const open: Tag[] = [];
  for (const tag of scanTags(html)) {
    if (!names.includes(tag.name)) continue;
    if (!tag.isClosing) open.push(tag);
    else {
      // What was left open inside ends with it.
      const opening = open.findLastIndex(({name}) => name === tag.name);
      const [box] = opening < 0 ? [] : open.splice(opening);
      if (box !== undefined) boxes.push({tag: box, contentEnd: tag.start, end: tag.end});
    }
  }
  return boxes.sort((a, b) => a.tag.start - b.tag.start);
}

function unwrap(html: string): string {
  let [start, end] = trimmed(html, 0, html.length);
  for (const box of findBoxes(html, ['div'])) {
    if (box.tag.start !== start || box.end !== end || !isWrapper(box.tag)) break;
    [start, end] = trimmed(html, box.tag.end, box.contentEnd);
  }
  return html.slice(start, end);
}

function isWrapper(tag: Tag): boolean {
  const wrapperClasses = ['content', 'ck-content', 'note-content'];
  return (
    [...tag.attributes.keys()].every((name) => name === 'class') &&
    classesOf(tag).every((name) => wrapperClasses.includes(name))
  );
}

function trimmed(html: string, start: number, end: number): [number, number] {
  const text = html.slice(start, end);
  const from = start + (text.length - text.trimStart().length);
  return [from, Math.max(from, end - (text.length - text.trimEnd().length))];
}

function withoutTitle(html: string, title: string): string {
  const heading = /^<h1[^>]*>([^<]*)<\/h1>/i.exec(html);
  return heading?.[1]?.trim() === escapeHtml(title) || heading?.[1]?.trim() === title
    ? html.slice(heading[0].length)
    : html;
}

function classesOf(tag: Tag): string[] {
  return (tag.attributes.get('class') ?? '').split(/\s+/).filter((name) => name !== '');
}

function rewriteLink(tag: Tag, resolve: (address: string) => Target): string | undefined {
  const address = tag.attributes.get('href');
  if (address === undefined) return undefined;
  const target = resolve(address);
  if (target.kind === 'outside') return undefined;
  const attributes = new Map(tag.attributes);
  if (target.kind === 'missing') {
    attributes.delete('href');
    attributes.set('title', address);
  } else attributes.set('href', linkHref(target.kind, target.id));
  return writeTag('a', attributes);
}

/** A picture whose bytes aren't here keeps what names it, its place and its looks. */
function rewriteImage(tag: Tag, resolve: (address: string) => Target): string | undefined {
  const address = tag.attributes.get('src');
  if (address === undefined) return undefined;
  const target = resolve(address);
  if (target.kind === 'outside') return undefined;
  const attributes = new Map(tag.attributes);
  attributes.delete('src');
  if (target.kind === 'missing') attributes.set('title', address);
  else attributes.set(`data-${target.kind}`, target.id);
  if ((attributes.get('alt') ?? '') === '')
    attributes.set('alt', target.kind === 'missing' ? fileNameOf(address) : target.title);
  return writeTag('img', attributes);
}

function rewriteInclude(tag: Tag, include: (theirId: string) => Target): string | undefined {
  const theirId = tag.attributes.get('data-note-id');
  if (theirId === undefined) return undefined;
  const target = include(theirId);
  const attributes = new Map(tag.attributes);
  attributes.delete('data-note-id');
  if (target.kind === 'note') attributes.set('data-note', target.id);
  return writeTag('section', attributes);
}

/** Embedded media of other sites: what is left of them offline is their address. */
function embedToLink(tag: Tag): string {
  const address = tag.attributes.get('url') ?? '';
  return `${writeTag('a', new Map([['href', address]]))}${escapeHtml(address)}`;
}

function fileNameOf(address: string): string {
  return address.slice(address.lastIndexOf('/') + 1);
}
