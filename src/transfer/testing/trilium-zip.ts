/**
 * Makes a zip as Trilium exports it, with every feature that the importer knows, out of nothing but this code: for unit
 * tests, and for e2e as a file to import. Plain Node and browsers run it. Deterministic, so that it can be compared.
 */

import {strToU8, zipSync} from 'fflate';

export interface MetaAttribute {
  readonly type: 'label' | 'relation';
  readonly name: string;
  readonly value: string;
  readonly isInheritable: boolean;
  readonly position: number;
}

export interface MetaAttachment {
  readonly attachmentId: string;
  readonly title: string;
  readonly role: string;
  readonly mime: string;
  readonly position: number;
  readonly dataFileName: string;
}

/** One entry of `!!!meta.json`; the members that Trilium writes. */
export interface MetaEntry {
  isClone?: boolean;
  noteId?: string;
  notePath?: string[];
  title?: string;
  notePosition?: number;
  prefix?: string | null;
  isExpanded?: boolean;
  type?: string;
  mime?: string;
  format?: string;
  dataFileName?: string;
  dirFileName?: string;
  attributes?: MetaAttribute[];
  attachments?: MetaAttachment[];
  children?: MetaEntry[];
  noImport?: boolean;
}

export interface Meta {
  formatVersion: number;
  appVersion: string;
  files: MetaEntry[];
}

export interface TriliumZip {
  readonly meta: Meta;
  /** By path in the zip. To change the zip, change these and pack again. */
  readonly files: Map<string, Uint8Array>;
}

/** What is in `triliumZip()`. */
export const TRILIUM_ZIP_COUNTS = {
  notes: 16,
  places: 19,
  clones: 3,
  labels: 8,
  relations: 5,
  attachments: 2,
  binaryNotes: 2,
} as const;

export const META_PATH = '!!!meta.json';

export function packZip(
  {meta, files}: TriliumZip,
  order: 'as made' | 'backwards' = 'as made',
): Uint8Array<ArrayBuffer> {
  const entries: [string, Uint8Array][] = [...files, [META_PATH, strToU8(JSON.stringify(meta))]];
  if (order === 'backwards') entries.reverse();
  return new Uint8Array(zipSync(Object.fromEntries(entries), {mtime: new Date(2020, 0, 1)}));
}

/** A notebook with folders, clones, all kinds of notes, attributes, attachments, links and cropped file names. */
export function triliumZip(): TriliumZip {
  const files = new Map<string, Uint8Array>();
  const add = (path: string, content: string | Uint8Array) => {
    files.set(path, typeof content === 'string' ? strToU8(content) : content);
  };
  const children = [plants(add), code(add), pictures(add), tasks(add)];
  const top = note('topNote00001', 'My notebook', {
    notePosition: 10,
    dataFileName: 'My notebook.html',
    dirFileName: 'My notebook',
    attributes: [relation('internalLink', 'plants000001', 10)],
    attachments: [attachment('attach000001', 'sun.png', 'My notebook_sun.png')],
    children,
  });
  add('My notebook.html', page('My notebook', TOP_TEXT));
  add('My notebook_sun.png', PNG);
  const own = ['navigation.html', 'index.html', 'style.css'].map((dataFileName): MetaEntry => {
    add(dataFileName, `made by the export: ${dataFileName}`);
    return {noImport: true, dataFileName};
  });
  return {meta: {formatVersion: 2, appVersion: '0.62.2', files: [top, ...own]}, files};
}

/** `count` notes of about `bytes` each, a hundred to a folder, under one note. */
export function largeTriliumZip(count: number, bytes: number): TriliumZip {
  const files = new Map<string, Uint8Array>();
  const folders: MetaEntry[] = [];
  for (let index = 0; index < count; index++) {
    const folder = Math.floor(index / 100);
    folders[folder] ??= note(`folder${folder}`, `Folder ${folder}`, {dirFileName: `Folder ${folder}`, children: []});
    const title = `Note ${index}`;
    const dataFileName = `${title}.html`;
    files.set(
      `All/Folder ${folder}/${dataFileName}`,
      strToU8(page(title, `<p>${`word${index} `.repeat(bytes / 8)}</p>`)),
    );
    folders[folder]?.children?.push(note(`large${index}`, title, {dataFileName, notePosition: index}));
  }
  const top = note('largeTop0001', 'All', {dirFileName: 'All', children: folders});
  return {meta: {formatVersion: 2, appVersion: '0.62.2', files: [top]}, files};
}

/** A page as Trilium writes it around a text. */
export function page(title: string, html: string): string {
  return `<html>
  <head>
    <meta charset="utf-8">
    <link rel="stylesheet" href="../style.css">
    <base target="_parent">
    <title data-trilium-title>${title}</title>
  </head>
  <body>
    <div class="content">
       <h1 data-trilium-h1>${title}</h1>

      <div class="ck-content">${html}</div>
    </div>
  </body>
</html>`;
}

type Add = (path: string, content: string | Uint8Array) => void;

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2, 3]);
const LONG_TITLE = 'A title that is much longer than a file name may be';

const TOP_TEXT = `
  <figure class="image image-style-align-right"><img src="My notebook_sun.png"></figure>
  <p>See <a class="reference-link" href="My%20notebook/Plants/A%20title%20that%20is%20much%20longer.html">the long one</a>,
  <a href="My%20notebook/Plants">the folder</a>, <a href="https://example.org/?a=1&amp;b=2">a page</a>
  and <a href="My%20notebook/Gone.html">what is gone</a>.</p>
  <section class="include-note" data-note-id="rose00000001">&nbsp;</section>`;

const FORMATTED_TEXT = `<div class="content"><div class="ck-content"><div><div>
  <figure class="table"><table><tbody><tr><th colspan="2">Merged</th></tr><tr><td rowspan="2">a</td><td>b</td></tr></tbody></table>
  <figcaption>A table</figcaption></figure>
  <pre><code class="language-application-javascript-env-frontend">if (1 &lt; 2) {
	alert("&lt;a href='x'&gt;");
}</code></pre>
  <p><span style="background-color:hsl(60,75%,60%)">marked</span> <span class="text-big">big</span>
  <span class="math-tex">\\(c^2 = a^2 + b^2\\)</span></p>
  <aside class="admonition tip"><p>Water it.</p></aside>
  <details><summary>More</summary><p>Roots</p></details>
</div></div></div></div>`;

const TASK_TEXT = `<ul class="todo-list"><li><label class="todo-list__label"><input type="checkbox" disabled="disabled" checked="checked"><span class="todo-list__label__description">buy milk</span></label></li></ul>`;

function plants(add: Add): MetaEntry {
  const base = 'My notebook/Plants/';
  add(`${base}A title that is much longer.html`, page(LONG_TITLE, FORMATTED_TEXT));
  add(
    `${base}Rose.html`,
    page('Rose', '<p>Back <a href="../../My%20notebook.html">up</a> <img src="../Pictures/photo.jpeg"></p>'),
  );
  const long = note('longTitle001', LONG_TITLE, {dataFileName: 'A title that is much longer.html', notePosition: 20});
  const rose = note('rose00000001', 'Rose', {
    dataFileName: 'Rose.html',
    notePosition: 10,
    prefix: 'TODO',
    attributes: [
      relation('template', 'template0001', 10),
      label('cssClass', 'todo', 20),
      label('cssClass', 'todo', 20),
      {...relation('watchedBy', 'notInTheZip1', 30), isInheritable: true},
    ],
  });
  const template = note('template0001', 'Plant', {attributes: [label('template', '', 10)], notePosition: 30});
  // In the order of the list Rose comes last, by its position first.
  return note('plants000001', 'Plants', {
    type: 'text',
    dirFileName: 'Plants',
    notePosition: 10,
    attributes: [
      {...label('iconClass', 'bx bx-leaf', 10), isInheritable: true},
      relation('child:template', 'template0001', 20),
    ],
    children: [long, template, rose],
  });
}

function code(add: Add): MetaEntry {
  const base = 'My notebook/Code/';
  add(`${base}script.js`, 'alert("<b>raw</b>");\n');
  add(`${base}Diagram.txt`, 'graph TD;\nA-->B;');
  add(`${base}Diagram_mermaid-export.svg`, '<svg/>');
  add(`${base}Canvas.json`, '{"elements":[]}');
  const children = [
    note('script000001', 'script', {
      type: 'code',
      mime: 'application/javascript;env=frontend',
      format: undefined,
      dataFileName: 'script.js',
    }),
    note('mermaid00001', 'Diagram', {
      type: 'mermaid',
      mime: 'text/mermaid',
      format: undefined,
      dataFileName: 'Diagram.txt',
      attachments: [attachment('attach000002', 'mermaid-export.svg', 'Diagram_mermaid-export.svg')],
    }),
    note('canvas000001', 'Canvas', {
      type: 'canvas',
      mime: 'application/json',
      format: undefined,
      dataFileName: 'Canvas.json',
    }),
    note('render000001', 'Render', {
      type: 'render',
      mime: '',
      format: undefined,
      attributes: [relation('renderNote', 'script000001', 10)],
    }),
  ];
  return note('book00000001', 'Code', {
    type: 'book',
    mime: '',
    format: undefined,
    dirFileName: 'Code',
    notePosition: 20,
    children,
  });
}

function pictures(add: Add): MetaEntry {
  const base = 'My notebook/Pictures/';
  add(`${base}photo.jpeg`, PNG);
  add(`${base}paper.pdf`, PNG);
  const children = [
    note('photo0000001', 'photo.jpeg', {
      type: 'image',
      mime: 'image/jpg',
      format: undefined,
      dataFileName: 'photo.jpeg',
      attributes: [label('originalFileName', 'photo.jpeg', 1), label('fileSize', '12', 2)],
    }),
    note('paper0000001', 'A paper.pdf', {
      type: 'file',
      mime: 'application/pdf',
      format: undefined,
      dataFileName: 'paper.pdf',
    }),
    clone('rose00000001', 'Rose', '28. 11.', 'Rose.clone.html'),
  ];
  add(`${base}Rose.clone.html`, page('Rose', '<p>This is a clone.</p>'));
  return note('pictures0001', 'Pictures', {dirFileName: 'Pictures', notePosition: 30, children});
}

function tasks(add: Add): MetaEntry {
  const base = 'My notebook/Tasks/';
  add(`${base}Shopping.html`, page('Shopping', TASK_TEXT));
  add(`${base}50% off_.html`, page('50% off?', '<p>x</p>'));
  const shopping = note('shopping0001', 'Shopping', {
    dataFileName: 'Shopping.html',
    notePosition: 10,
    attributes: [label('dateNote', '2021-12-18', 10), label('weight', '74.9', 20)],
  });
  const sale = note('sale00000001', '50% off?', {dataFileName: '50% off_.html', notePosition: 20});
  const children = [clone('rose00000001', 'Rose', null), shopping, sale, clone('longTitle001', LONG_TITLE, null)];
  return note('tasks0000001', 'Tasks', {dirFileName: 'Tasks', notePosition: 40, children});
}

function note(
  noteId: string,
  title: string,
  more: Omit<MetaEntry, 'format'> & {readonly format?: string | undefined},
): MetaEntry {
  const {format, ...rest} = 'format' in more ? more : {...more, format: 'html'};
  return {
    isClone: false,
    noteId,
    notePath: [noteId],
    title,
    prefix: null,
    isExpanded: false,
    type: 'text',
    mime: 'text/html',
    attributes: [],
    attachments: [],
    ...rest,
    ...(format === undefined ? {} : {format}),
  };
}

function clone(noteId: string, title: string, prefix: string | null, dataFileName?: string): MetaEntry {
  const file = dataFileName ?? `${title}.clone.html`;
  return {isClone: true, noteId, notePath: [noteId], title, prefix, type: 'text', format: 'html', dataFileName: file};
}

function label(name: string, value: string, position: number): MetaAttribute {
  return {type: 'label', name, value, isInheritable: false, position};
}

function relation(name: string, value: string, position: number): MetaAttribute {
  return {type: 'relation', name, value, isInheritable: false, position};
}

function attachment(attachmentId: string, title: string, dataFileName: string): MetaAttachment {
  return {attachmentId, title, role: 'image', mime: 'image/png', position: 10, dataFileName};
}
