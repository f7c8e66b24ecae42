/** JSON that the server stored for itself, which a disk may have damaged. */

/** Undefined for what is none: a schema refuses that. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
