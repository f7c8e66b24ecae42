/** Generated notes as a zip that Trilium might have exported (format version 2), for the import of the app. */
import {strToU8, type Zippable, zipSync} from 'fflate';
import type {GeneratedNote} from './notes.ts';

export function zipOf(notes: readonly GeneratedNote[]): Buffer {
  const files: Zippable = {};
  const childrenOf = Map.groupBy(notes, ({parentId}) => parentId);
  const entryOf = (note: GeneratedNote, index: number, path: string, above: readonly string[]): object => {
    const name = note.title.replaceAll('/', '-');
    const notePath = [...above, note.id];
    files[`${path}${name}.html`] = strToU8(note.html);
    const children = childrenOf.get(note.id) ?? [];
    return {
      isClone: false,
      noteId: note.id,
      notePath,
      title: note.title,
      notePosition: (index + 1) * 10,
      prefix: null,
      isExpanded: false,
      type: 'text',
      mime: 'text/html',
      format: 'html',
      dataFileName: `${name}.html`,
      noImport: false,
      attributes: [],
      attachments: [],
      ...(children.length === 0
        ? {}
        : {
            dirFileName: name,
            children: children.map((child, at) => entryOf(child, at, `${path}${name}/`, notePath)),
          }),
    };
  };
  const roots = childrenOf.get('root') ?? [];
  const meta = {formatVersion: 2, appVersion: '0.63.7', files: roots.map((note, at) => entryOf(note, at, '', []))};
  files['!!!meta.json'] = strToU8(JSON.stringify(meta));
  return Buffer.from(zipSync(files, {level: 1}));
}
