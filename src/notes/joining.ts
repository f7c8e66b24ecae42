/**
 * What becomes of this notebook's rows in an account that has notes already: its places under the root go into a folder that is named after the
 * device, options stay away, and everything else is sent as it is.
 */

import {utf8Bytes} from '../../protocol/bytes.ts';
import type {Head} from '../../protocol/entity.ts';
import {derivedId, ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {placeId} from './derived-ids.ts';
import {deviceNameKey, readBranch, writeData} from './note-data.ts';
import {keysBetween} from './ordering.ts';
import type {NewEntity} from './welcome.ts';

/** Who joins what. */
export interface Joiner {
  readonly replica: string;
  readonly deviceName: string;
  readonly accountId: string;
}

/** `send`: as it is. `leave out`: the account has its own. Else these are made in its place. */
export function fateInAccount(row: Head, joiner: Joiner): 'send' | 'leave out' | readonly NewEntity[] {
  if (row.kind === 'option')
    return row.id === derivedId('option', deviceNameKey(joiner.replica)) ? 'send' : 'leave out';
  const branch = row.kind === 'branch' ? readBranch(row.data) : undefined;
  const folder = folderId(joiner);
  if (row.deleted || branch?.parent !== ROOT_NOTE_ID || branch.note === folder) return 'send';
  const data = writeData({...branch, parent: folder});
  return [...folderChanges(joiner), {type: 'create', kind: 'branch', id: placeId(folder, branch.note), data}];
}

/** One for each time that a device joins an account: made again it is the same. */
export function folderId({replica, accountId}: Joiner): string {
  return derivedId('joined', replica, accountId);
}

function folderChanges(joiner: Joiner): NewEntity[] {
  const id = folderId(joiner);
  const [key = ''] = keysBetween(null, null, 1);
  const data = writeData({title: joiner.deviceName, type: 'text', mime: 'text/html'});
  return [
    {type: 'create', kind: 'note', id, data, body: utf8Bytes('')},
    {
      type: 'create',
      kind: 'branch',
      id: placeId(ROOT_NOTE_ID, id),
      data: writeData({note: id, parent: ROOT_NOTE_ID, key}),
    },
  ];
}
