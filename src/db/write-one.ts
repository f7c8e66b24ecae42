/** One change through the Writer; what it couldn't do is a NotebookError. */

import type {Change, Writer, Written} from '../sync/changes.ts';
import {NotebookError} from './notebook-error.ts';

export async function writeOne(writer: Writer, change: Change): Promise<void> {
  await writeOneTold(writer, change);
}

export async function writeOneTold(writer: Writer, change: Change): Promise<Written> {
  const [written] = await writer.write([change]);
  if (written === undefined || written.outcome === 'missing') {
    throw new NotebookError('missing', `there is no ${change.kind} ${change.id}`);
  }
  if (written.outcome === 'body_missing') {
    throw new NotebookError('body_missing', `the text of ${change.kind} ${change.id} isn't on this device yet`);
  }
  return written;
}
