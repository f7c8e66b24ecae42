/**
 * The note that a new notebook starts with. Constant id, constant bytes: two devices that each start a notebook and then
 * join make the same one. Change its text only together with its id, or devices of two versions disagree about the bytes.
 */

import {type Bytes, utf8Bytes} from '../../protocol/bytes.ts';
import type {Ref} from '../../protocol/entity.ts';
import {derivedId, ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {placeId} from './derived-ids.ts';
import {writeData} from './note-data.ts';
import {keysBetween} from './ordering.ts';

export const WELCOME_NOTE_ID = derivedId('welcome', '1');

const TEXT = [
  '<p>This is your notebook. It is kept on this device, so everything here works without a connection.</p>',
  '<h2>Writing</h2>',
  '<p>Just type: what you write is saved on this device as you go. Notes can lie inside other notes, as deep as you like.</p>',
  '<h2>Several devices</h2>',
  '<p>To have the same notes elsewhere, connect this notebook to a server under <strong>Options → Sync</strong>. ',
  'The status at the top says at any time what is synced and what still waits.</p>',
  '<p>When two devices change the same text, the newer one is kept and the older one is in “Revisions”.</p>',
  '<h2>Notes from elsewhere</h2>',
  '<p>A notebook exported from Trilium comes in under <strong>Options → Data → Import</strong>.</p>',
  '<p>Delete this note whenever you like.</p>',
].join('');

/** An entity to make where there is none. */
export interface NewEntity extends Ref {
  readonly type: 'create';
  readonly data: Bytes;
  readonly body?: Bytes;
}

/** The welcome note and its place under the root. Writing them again changes nothing. */
export function welcomeChanges(): NewEntity[] {
  const [key = ''] = keysBetween(null, null, 1);
  const branch = {note: WELCOME_NOTE_ID, parent: ROOT_NOTE_ID, key};
  return [
    {
      type: 'create',
      kind: 'note',
      id: WELCOME_NOTE_ID,
      data: writeData({title: 'Welcome to Aster', type: 'text', mime: 'text/html'}),
      body: utf8Bytes(TEXT),
    },
    {type: 'create', kind: 'branch', id: placeId(ROOT_NOTE_ID, WELCOME_NOTE_ID), data: writeData(branch)},
  ];
}
