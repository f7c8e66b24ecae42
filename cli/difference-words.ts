/** What a difference means to who runs the server, and what to do about it. Exhaustive: a new kind doesn't compile without. */

import type {Difference} from '../server/core/verify.ts';

/** `device`: a device puts it right; `backup`: nothing on this server can. */
export type Cure = 'device' | 'backup';

type Type = Difference['type'];
type Of<T extends Type> = Extract<Difference, {type: T}>;

const WORDS: {readonly [T in Type]: {readonly cure: Cure; readonly say: (difference: Of<T>) => string}} = {
  damaged_row: {cure: 'device', say: ({kind, id}) => `${kind} ${id}: what is stored fails its own hash`},
  misfiled_row: {cure: 'backup', say: ({kind, id, columns}) => `${kind} ${id}: filed wrongly (${columns.join(', ')})`},
  row_beyond_head: {
    cure: 'device',
    say: ({kind, id, seq}) => `${kind} ${id}: at ${seq}, which no change has reached; devices don’t get it`,
  },
  bucket: {cure: 'device', say: ({bucket}) => `digest ${bucket} of 256: not what the rows make`},
  root: {cure: 'backup', say: () => 'root digest: not what the 256 digests make'},
  no_document: {cure: 'backup', say: () => 'head and digests: missing'},
  no_epoch: {cure: 'backup', say: () => 'the name of the history is missing'},
  head: {
    cure: 'backup',
    say: ({headSeq, lastCommitSeq}) => `head: at ${headSeq}, but the last change is at ${lastCommitSeq ?? 'none'}`,
  },
  head_mark: {cure: 'backup', say: () => 'head: its mark is not the last change’s'},
  repeated_mark: {cure: 'backup', say: ({seq}) => `mark of change ${seq}: another change has the same`},
  floor: {cure: 'backup', say: ({floor, headSeq}) => `floor: at ${floor}, the head is at ${headSeq}`},
};

export function differenceWords(difference: Difference): string {
  return wordsFor(difference).say(difference);
}

export function cureOf(difference: Difference): Cure {
  return wordsFor(difference).cure;
}

export const CURE_WORDS: Readonly<Record<Cure, string>> = {
  device: `What to do: on each device, open Options → Sync and press "Verify everything". A device that has
these notes whole gives them back. Then verify here again. If a difference stays, restore a backup.`,
  backup: `What to do: stop the server, copy the data folder to keep it, and restore your newest backup with
\`npm run aster -- restore <file>\`. The devices give back what it lacks.`,
};

function wordsFor<T extends Type>(difference: Of<T>): {cure: Cure; say: (difference: Of<T>) => string} {
  return WORDS[difference.type as T];
}
