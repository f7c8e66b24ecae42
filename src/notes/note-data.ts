/**
 * What is inside `data` of each kind: canonical JSON, so that the same thing made twice has the same bytes. Reading is
 * lenient (a newer app may have added members, which are kept when one is changed), and total: data that isn't ours gives
 * undefined, never an exception. A start reads all notes and places, so they are checked by hand: a validator takes as
 * long as the parser does.
 */

import {type Bytes, utf8Text} from '../../protocol/bytes.ts';
import {canonicalBytes, type Json} from '../../protocol/canonical.ts';

interface Members {
  readonly [name: string]: unknown;
}

/** `type` is open: `text` (HTML), `code`, and whatever an import brought; unknown ones are shown read-only. */
export interface NoteData extends Members {
  readonly title: string;
  readonly type: string;
  readonly mime: string;
  /** When it was made, by its device, in milliseconds; absent where unknown (imports). */
  readonly created?: number | undefined;
}

export interface BranchData extends Members {
  readonly note: string;
  readonly parent: string;
  readonly key: string;
  readonly prefix?: string | undefined;
}

export interface AttributeData extends Members {
  readonly note: string;
  readonly type: 'label' | 'relation';
  readonly name: string;
  readonly value: string;
  readonly inheritable: boolean;
  readonly position: number;
}

export interface AttachmentData extends Members {
  readonly note: string;
  readonly title: string;
  readonly role: string;
  readonly mime: string;
  readonly position: number;
  /** SHA-256 of its bytes; absent until they were kept. */
  readonly blob?: string | undefined;
}

export interface OptionData extends Members {
  readonly key: string;
  readonly value: string;
}

export const readNote = reader(
  (data): data is NoteData =>
    isText(data.title) && isText(data.type) && isText(data.mime) && isAbsentOr(isNumber, data.created),
);
export const readBranch = reader(
  (data): data is BranchData =>
    isText(data.note) && isText(data.parent) && isText(data.key) && isAbsentOr(isText, data.prefix),
);
export const readAttribute = reader(
  (data): data is AttributeData =>
    isText(data.note) &&
    (data.type === 'label' || data.type === 'relation') &&
    isText(data.name) &&
    isText(data.value) &&
    typeof data.inheritable === 'boolean' &&
    isNumber(data.position),
);
export const readAttachment = reader(
  (data): data is AttachmentData =>
    isText(data.note) &&
    isText(data.title) &&
    isText(data.role) &&
    isText(data.mime) &&
    isNumber(data.position) &&
    isAbsentOr(isText, data.blob),
);
export const readOption = reader((data): data is OptionData => isText(data.key) && isText(data.value));

/** Bytes for any of them. Members that are undefined are left out. */
export function writeData(data: NoteData | BranchData | AttributeData | AttachmentData | OptionData): Bytes {
  return canonicalBytes(data as Json);
}

/**
 * The same, marked as brought back from a conflict with a deletion: a change of its own, so that another device's decision
 * to leave it deleted meets it and is asked about, and the same bytes wherever the same conflict is decided alike (ADR 17).
 * Null where it is no JSON object.
 */
export function withRevival(data: Uint8Array, conflict: string): Bytes | null {
  const members = parseObject(data);
  return members === undefined ? null : canonicalBytes({...members, revived: conflict} as Json);
}

/** The option that names a replica, so that every device can say who made a version. */
export function deviceNameKey(replica: string): string {
  return `device.${replica}`;
}

/** Of bytes, or of the text that they are. */
function reader<T extends Members>(isOurs: (data: Members) => data is T): (data: Uint8Array | string) => T | undefined {
  return (data) => {
    const members = parseObject(data);
    return members !== undefined && isOurs(members) ? members : undefined;
  };
}

function parseObject(data: Uint8Array | string): Members | undefined {
  const text = typeof data === 'string' ? data : utf8Text(data);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** JSON has numbers that are too large for one. */
function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isAbsentOr(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || is(value);
}
