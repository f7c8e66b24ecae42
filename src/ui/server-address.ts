/** A server's address as it is stored and compared: without spaces around it and without slashes at its end. */
export function tidyAddress(text: string): string {
  return text.trim().replace(/\/+$/, '');
}
