/** Gives a file to the browser's downloads. */

/** Some browsers read the file only when the person has chosen where to put it. */
const FILE_STAYS_MS = 10 * 60_000;

export function download(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FILE_STAYS_MS);
}
