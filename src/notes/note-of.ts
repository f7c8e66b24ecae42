/** Which note an entity belongs to. Reads what is in `data`, so that the engine needn't. */

import type {Head, Kind} from '../../protocol/entity.ts';
import {readAttachment, readAttribute, readBranch} from './note-data.ts';

/** A note belongs to itself, an option and data that isn't ours to none. */
export function noteOf({kind, id, data, meta}: Head): string | null {
  if (kind === 'note') return id;
  if (meta?.type === 'tombstone' && meta.of !== undefined) return meta.of;
  if (meta?.type === 'revision') return meta.ofKind === 'note' ? meta.of : noteIn(meta.ofKind, data);
  return noteIn(kind, data);
}

function noteIn(kind: Kind, data: Head['data']): string | null {
  switch (kind) {
    case 'branch':
      return readBranch(data)?.note ?? null;
    case 'attribute':
      return readAttribute(data)?.note ?? null;
    case 'attachment':
      return readAttachment(data)?.note ?? null;
    case 'note':
    case 'revision':
    case 'option':
      return null;
  }
}
