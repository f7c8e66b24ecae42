/** The records of a zip: its end, its directory, its checksum. Pure; throws ImportError `damaged` on what makes no sense. */

import {ImportError} from './import-error.ts';

export interface ZipEntry {
  /** With forward slashes and without a leading one. Not to be used as a path of anything. */
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packedBytes: number;
  /** Unpacked, as the directory says. */
  readonly bytes: number;
  readonly offset: number;
}

export interface ZipEnd {
  readonly count: number;
  readonly directoryBytes: number;
  readonly directoryOffset: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const END64_LOCATOR = 0x07064b50;
const END64_LOCATOR_BYTES = 20;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const HEADER = 0x02014b50;
const HEADER_BYTES = 46;
const MAX_COMMENT_BYTES = 0xffff;
const IN_ZIP64 = 0xffffffff;
const ENCRYPTED = 1;

/** How much of a file's end has to be read to find the records that end a zip. */
export const ZIP_END_BYTES = END64_BYTES + END64_LOCATOR_BYTES + END_BYTES + MAX_COMMENT_BYTES;

/** `tail` ends with the file and starts at `tailOffset` in it. */
export function parseEnd(tail: Uint8Array, tailOffset: number): ZipEnd | 'none' {
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) > tail.length) continue;
    return parseEnd64(view, at, tailOffset) ?? endAt(view, at);
  }
  return 'none';
}

/** Stops at `count` entries or where the directory ends; a directory that is cut off is `damaged`. */
export function parseDirectory(directory: Uint8Array, count: number): ZipEntry[] {
  const view = viewOf(directory);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    if (at + HEADER_BYTES > directory.length || view.getUint32(at, true) !== HEADER) throw new ImportError('damaged');
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const nameEnd = at + HEADER_BYTES + (name ?? 0);
    const extraEnd = nameEnd + (extra ?? 0);
    if (extraEnd > directory.length) throw new ImportError('damaged');
    entries.push(
      entryAt(view, at, directory.subarray(at + HEADER_BYTES, nameEnd), directory.subarray(nameEnd, extraEnd)),
    );
    at = extraEnd + (comment ?? 0);
  }
  return entries;
}

function endAt(view: DataView, at: number): ZipEnd {
  return {
    count: view.getUint16(at + 10, true),
    directoryBytes: view.getUint32(at + 12, true),
    directoryOffset: view.getUint32(at + 16, true),
  };
}

function parseEnd64(view: DataView, end: number, tailOffset: number): ZipEnd | undefined {
  const locator = end - END64_LOCATOR_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== END64_LOCATOR) return undefined;
  const at = getUint64(view, locator + 8) - tailOffset;
  if (at < 0 || at + END64_BYTES > locator || view.getUint32(at, true) !== END64) throw new ImportError('damaged');
  return {
    count: getUint64(view, at + 32),
    directoryBytes: getUint64(view, at + 40),
    directoryOffset: getUint64(view, at + 48),
  };
}

function entryAt(view: DataView, at: number, name: Uint8Array, extra: Uint8Array): ZipEntry {
  const large = largeFields(extra);
  const field = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    return value === IN_ZIP64 ? (large.shift() ?? value) : value;
  };
  // Zip64 gives the fields in this order, and only those that are missing here.
  const bytes = field(24);
  const packedBytes = field(20);
  const offset = field(42);
  return {
    name: nameOf(name),
    method: view.getUint16(at + 10, true),
    encrypted: (view.getUint16(at + 8, true) & ENCRYPTED) !== 0,
    crc: view.getUint32(at + 16, true),
    packedBytes,
    bytes,
    offset,
  };
}

function largeFields(extra: Uint8Array): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true);
    const end = Math.min(at + 4 + length, extra.length);
    if (view.getUint16(at, true) === 1) {
      const fields: number[] = [];
      for (let from = at + 4; from + 8 <= end; from += 8) fields.push(getUint64(view, from));
      return fields;
    }
    at = end;
  }
  return [];
}

/** UTF-8 whatever the flags say: packers forget the flag, and a name is only ever compared with one from the same zip. */
function nameOf(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes)
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '');
}

function getUint64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const CRC_BY_BYTE = Uint32Array.from({length: 256}, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_BY_BYTE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
