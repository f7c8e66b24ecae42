/**
 * Whether a conflict was one. The server knows stamps, people know what they wrote on top of what: a version that lost to its
 * own descendant was no rival of it. What a merge made is left out: its parts come back by ways that nobody saw as one version.
 */

import {utf8Text} from '../protocol/bytes.ts';
import {hasBody} from '../protocol/entity.ts';
import {EMPTY_HASH} from '../protocol/hash.ts';
import type {PushedEntity, PushVerdict, WirePart} from '../protocol/messages.ts';
import {decodePart} from '../protocol/wire.ts';
import {readNote} from '../src/notes/note-data.ts';
import {type Truth, versionOf} from './truth.ts';

export interface Lineage {
  /** Titles and texts by their hashes, as they pass; also a text that only a revision has, as of a merge that was written over at once. */
  learn(entity: Wire): void;
  /** Says which version lost to what was written on top of it; undefined where none did. */
  falseConflict(pushed: PushedEntity, verdict: PushVerdict): string | undefined;
}

type Wire = Pick<PushedEntity, 'kind' | 'id' | 'stamp' | 'parts' | 'data' | 'body' | 'deleted'>;

export function createLineage(truth: Truth): Lineage {
  const titleByHash = new Map<string, string>();
  const textByHash = new Map<string, string>([[EMPTY_HASH, '']]);
  const judged = new Set<string>();

  function learn(entity: Wire): void {
    if (hasBody(entity.kind) && entity.body !== undefined) truth.learn(utf8Text(bytesOf(entity.body)) ?? '');
    if (entity.kind === 'note') learnNote(entity);
  }

  function learnNote({parts, data, body}: Wire): void {
    const title = data === undefined ? undefined : readNote(bytesOf(data))?.title;
    if (parts.data !== undefined && title !== undefined) titleByHash.set(parts.data, title);
    if (parts.body === undefined || body === undefined) return;
    textByHash.set(parts.body, utf8Text(bytesOf(body)) ?? '');
  }

  function isAncestor(older: Wire, newer: Wire): boolean {
    const [title, nextTitle] = [older, newer].map(({parts}) => titleByHash.get(parts.data ?? EMPTY_HASH));
    const [text, nextText] = [older, newer].map(({parts}) => textByHash.get(parts.body ?? EMPTY_HASH));
    if (title === undefined || nextTitle === undefined || text === undefined || nextText === undefined) return false;
    if (!truth.wasWritten(versionOf(older.id, title, text))) return false;
    return truth.isWithin(title, nextTitle) && truth.isWithin(text, nextText);
  }

  return {
    learn,
    falseConflict(pushed, verdict) {
      if (pushed.kind !== 'note' || (verdict.type !== 'won' && verdict.type !== 'lost')) return undefined;
      const name = `${pushed.id} ${pushed.stamp}`;
      const isRepeated = judged.has(name);
      judged.add(name);
      const other = verdict.type === 'won' ? verdict.other : verdict.current;
      learn(other);
      const [loser, winner] = verdict.type === 'won' ? [other, pushed] : [pushed, other];
      if (isRepeated || loser.deleted || winner.deleted || truth.broughtBack(pushed.id)) return undefined;
      return isAncestor(loser, winner) ? `${pushed.id} ${loser.stamp} lost to ${winner.stamp}` : undefined;
    },
  };
}

function bytesOf(part: WirePart): Uint8Array<ArrayBuffer> {
  return decodePart(part) ?? new Uint8Array(0);
}
