/** Ids that devices derive alike for the same thing (design section 4). The words in front keep the kinds apart for ever. */

import {derivedId} from '../../protocol/ids.ts';

/** The branch of a note that two devices may put under the same parent on their own. */
export function placeId(parentId: string, noteId: string): string {
  return derivedId('place', parentId, noteId);
}

/** A note that came from Trilium, by the id it had there. */
export function triliumNoteId(theirId: string): string {
  return derivedId('trilium', theirId);
}

export function triliumAttachmentId(theirId: string): string {
  return derivedId('trilium-attachment', theirId);
}

/** What was typed into a note that is gone: one note, however often a start finds it. */
export function draftNoteId(noteId: string, title: string, text: string): string {
  return derivedId('draft', noteId, title, text);
}

/** The second note of "Keep both as two notes", which two devices may choose for the same conflict. */
export function conflictCopyId(revisionId: string): string {
  return derivedId('conflict-copy', revisionId);
}
