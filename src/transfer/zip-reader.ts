/**
 * Reads a zip by its directory, entry by entry, so that only what is asked for is unpacked and a large file never is in
 * memory as a whole. Nothing in it is trusted: names are only looked up, sizes are limits and not promises, and every entry
 * is checked against its CRC-32. Throws ImportError.
 *
 * Format: PKWARE APPNOTE 6.3, with Zip64 directories; methods "stored" and "deflated".
 */

import {Inflate, inflateSync} from 'fflate';
import type {Bytes} from '../../protocol/bytes.ts';
import {ImportError} from './import-error.ts';
import {crc32, parseDirectory, parseEnd, ZIP_END_BYTES, type ZipEntry} from './zip-format.ts';

export type ZipFile = Blob | Uint8Array;

export interface ZipArchive {
  /** In the order of the directory; folders are left out. */
  readonly entries: readonly ZipEntry[];
  /** The unpacked bytes. Allocates `entry.bytes` at once: check that first. */
  read(entry: ZipEntry): Promise<Bytes>;
}

const MAX_DIRECTORY_BYTES = 256 * 1024 * 1024;
const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER = 0x04034b50;
/** Small entries are unpacked at once: at most this times 1032, the most that deflate can do, is computed in vain. */
const INFLATE_STEP_BYTES = 16 * 1024;
const DEFLATED = 8;

export async function openZip(file: ZipFile): Promise<ZipArchive> {
  const source = sourceOf(file);
  const tailStart = Math.max(0, source.size - ZIP_END_BYTES);
  const tail = await source.read(tailStart, source.size - tailStart);
  const end = parseEnd(tail, tailStart);
  if (end === 'none') throw new ImportError((await startsLikeZip(source)) ? 'damaged' : 'not_a_zip');
  if (end.directoryBytes > MAX_DIRECTORY_BYTES) throw new ImportError('too_large');
  const directory = await source.read(end.directoryOffset, end.directoryBytes);
  const entries = parseDirectory(directory, end.count).filter(({name}) => !name.endsWith('/'));
  return {entries, read: (entry) => readEntry(source, entry)};
}

interface Source {
  readonly size: number;
  /** Exactly this range; `damaged` where it isn't in the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

function sourceOf(file: ZipFile): Source {
  const size = file instanceof Uint8Array ? file.length : file.size;
  const range = async (offset: number, length: number): Promise<Uint8Array> => {
    if (offset < 0 || length < 0 || offset + length > size) throw new ImportError('damaged');
    if (file instanceof Uint8Array) return file.subarray(offset, offset + length);
    return new Uint8Array(await readBlob(file.slice(offset, offset + length)));
  };
  return {size, read: range};
}

async function readBlob(blob: Blob): Promise<ArrayBuffer> {
  try {
    return await blob.arrayBuffer();
  } catch (error) {
    throw new ImportError('unreadable', error);
  }
}

async function startsLikeZip(source: Source): Promise<boolean> {
  if (source.size < 4) return false;
  return viewOf(await source.read(0, 4)).getUint32(0, true) === LOCAL_HEADER;
}

async function readEntry(source: Source, entry: ZipEntry): Promise<Bytes> {
  if (entry.encrypted) throw new ImportError('encrypted');
  const header = viewOf(await source.read(entry.offset, LOCAL_HEADER_BYTES));
  if (header.getUint32(0, true) !== LOCAL_HEADER) throw new ImportError('damaged');
  const skipped = LOCAL_HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = await source.read(entry.offset + skipped, entry.packedBytes);
  const bytes = entry.method === DEFLATED ? inflate(packed, entry.bytes) : copyStored(packed, entry);
  if (crc32(bytes) !== entry.crc) throw new ImportError('damaged');
  return bytes;
}

function copyStored(packed: Uint8Array, {method, bytes}: ZipEntry): Bytes {
  if (method !== 0 || packed.length !== bytes) throw new ImportError('damaged');
  return new Uint8Array(packed);
}

function inflate(packed: Uint8Array, size: number): Bytes {
  const bytes = new Uint8Array(size);
  try {
    const length =
      packed.length > INFLATE_STEP_BYTES ? inflateSteps(packed, bytes) : inflateSync(packed, {out: bytes}).length;
    if (length === size) return bytes;
  } catch (error) {
    throw new ImportError('damaged', error);
  }
  throw new ImportError('damaged');
}

/** In steps, so that an entry that unpacks to more than it says is stopped. Returns how much it was. */
function inflateSteps(packed: Uint8Array, bytes: Bytes): number {
  let at = 0;
  const inflater = new Inflate((chunk) => {
    bytes.set(chunk, at);
    at += chunk.length;
  });
  for (let from = 0; from < packed.length; from += INFLATE_STEP_BYTES) {
    const to = from + INFLATE_STEP_BYTES;
    inflater.push(packed.subarray(from, to), to >= packed.length);
  }
  return at;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
