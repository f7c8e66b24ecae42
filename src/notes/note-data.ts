/**
 * What is inside `data` of each kind: canonical JSON, so that the same thing made twice has the same bytes. Reading is
 * lenient (a newer app may have added members, which are kept when one is changed), and total: data that isn't ours gives
 * undefined, never an exception.
 */

import * as z from 'zod/mini';
import {type Bytes, utf8Text} from '../../protocol/bytes.ts';
import {canonicalBytes, type Json} from '../../protocol/canonical.ts';

/** `type` is open: `text` (HTML), `code`, and whatever an import brought; unknown ones are shown read-only. */
const noteSchema = z.looseObject({
  title: z.string(),
  type: z.string(),
  mime: z.string(),
  /** When it was made, by its device, in milliseconds; absent where unknown (imports). */
  created: z.optional(z.number()),
});
const branchSchema = z.looseObject({
  note: z.string(),
  parent: z.string(),
  key: z.string(),
  prefix: z.optional(z.string()),
});
const attributeSchema = z.looseObject({
  note: z.string(),
  type: z.enum(['label', 'relation']),
  name: z.string(),
  value: z.string(),
  inheritable: z.boolean(),
  position: z.number(),
});
const attachmentSchema = z.looseObject({
  note: z.string(),
  title: z.string(),
  role: z.string(),
  mime: z.string(),
  position: z.number(),
  /** SHA-256 of its bytes; absent until they were kept. */
  blob: z.optional(z.string()),
});
const optionSchema = z.looseObject({key: z.string(), value: z.string()});

export type NoteData = z.infer<typeof noteSchema>;
export type BranchData = z.infer<typeof branchSchema>;
export type AttributeData = z.infer<typeof attributeSchema>;
export type AttachmentData = z.infer<typeof attachmentSchema>;
export type OptionData = z.infer<typeof optionSchema>;

export const readNote = reader(noteSchema);
export const readBranch = reader(branchSchema);
export const readAttribute = reader(attributeSchema);
export const readAttachment = reader(attachmentSchema);
export const readOption = reader(optionSchema);

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
  const members = z.safeParse(z.looseObject({}), parseJson(data));
  return members.success ? canonicalBytes({...members.data, revived: conflict} as Json) : null;
}

/** The option that names a replica, so that every device can say who made a version. */
export function deviceNameKey(replica: string): string {
  return `device.${replica}`;
}

/** Of bytes, or of the text that they are. */
function reader<T>(schema: z.ZodMiniType<T>): (data: Uint8Array | string) => T | undefined {
  return (data) => {
    const value = z.safeParse(schema, parseJson(data));
    return value.success ? value.data : undefined;
  };
}

function parseJson(data: Uint8Array | string): unknown {
  const text = typeof data === 'string' ? data : utf8Text(data);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
