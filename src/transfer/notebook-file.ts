/** All of a notebook as one JSON file, complete and readable by a person without Aster: what is made before its notes give way to an account's. */

import type {Version} from '../../protocol/entity.ts';
import {type JsonFile, localDate, makeJsonFile, versionToJson} from './json-file.ts';

/** A row of the notebook; `title` of the note that it belongs to. */
export interface NotebookEntry {
  readonly title: string;
  readonly version: Version;
}

interface NotebookFileInput {
  readonly pieces: AsyncIterable<readonly NotebookEntry[]>;
  readonly app: string;
  readonly device: string;
  readonly nowMs: number;
}

const ABOUT =
  'A whole Aster notebook: notes, their places ("branch"), tags and relations ("attribute"), older versions ("revision"), what was deleted, and what was set aside as damaged. ' +
  '"text" is a note\u2019s text (HTML for formatted notes), "data" what else there is of it. What is not text is given as base64.';

const TEXT_MISSING = 'Not on this device when this file was made; a server that this notebook had may have it.';

export function makeNotebookFile({pieces, app, device, nowMs}: NotebookFileInput): Promise<JsonFile> {
  const exported = new Date(nowMs).toISOString();
  const facts = {format: 'aster-notebook', formatVersion: 1, about: ABOUT, exported, app, device};
  return makeJsonFile(`aster-notebook-${localDate(nowMs)}.json`, facts, {
    name: 'entries',
    pieces,
    toJson: ({title, version}: NotebookEntry) => ({
      title,
      kind: version.kind,
      id: version.id,
      ...versionToJson(version, TEXT_MISSING),
    }),
  });
}
