import {Inflate, strFromU8, strToU8, type Zippable, zipSync} from 'fflate';
import {expect, test, vi} from 'vitest';
import {ImportError, type ImportErrorType} from './import-error.ts';
import {openZip, type ZipFile} from './zip-reader.ts';

const zipOf = (files: Zippable): Uint8Array<ArrayBuffer> => new Uint8Array(zipSync(files));
const text = 'word '.repeat(20_000);

async function readAll(file: ZipFile): Promise<Record<string, string>> {
  const zip = await openZip(file);
  const read: [string, string][] = [];
  for (const entry of zip.entries) read.push([entry.name, strFromU8(await zip.read(entry))]);
  return Object.fromEntries(read);
}

async function refuses(file: ZipFile, type: ImportErrorType): Promise<void> {
  const error = await readAll(file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ImportError);
  expect(error).toMatchObject({type, message: expect.any(String), cure: expect.any(String)});
}

test('reads packed and stored entries, of bytes and of a file, with names in any script', async () => {
  const files: Zippable = {
    'a.txt': strToU8(text),
    'ä/日本.txt': [strToU8('stored'), {level: 0}],
    'empty/': new Uint8Array(0),
  };
  const expected = {'a.txt': text, 'ä/日本.txt': 'stored'};
  const zip = zipOf(files);
  expect(await readAll(zip)).toEqual(expected);
  expect(await readAll(new Blob([zip]))).toEqual(expected);
  expect(await readAll(withComment(zip))).toEqual(expected);
});

test('reads a directory in Zip64', async () => {
  expect(await readAll(asZip64(zipOf({'a.txt': strToU8(text)})))).toEqual({'a.txt': text});
});

test('what is no zip is told from a zip that is cut off', async () => {
  await refuses(strToU8('<html></html>'), 'not_a_zip');
  await refuses(new Uint8Array(0), 'not_a_zip');
  const zip = zipOf({'a.txt': strToU8(text)});
  for (const length of [10, zip.length >> 1, zip.length - 1]) await refuses(zip.slice(0, length), 'damaged');
});

test('any flipped byte of the content is noticed', {timeout: 60_000}, async () => {
  const zip = zipOf({'a.txt': strToU8(text)});
  const start = 30 + 'a.txt'.length;
  const end = start + (await openZip(zip)).entries[0]!.packedBytes;
  for (let at = start; at < end; at += 7) {
    const damaged = zip.slice();
    damaged[at] = damaged[at]! ^ 0x10;
    await refuses(damaged, 'damaged');
  }
});

test('no byte anywhere makes it fail in another way than it says', {timeout: 60_000}, async () => {
  const zip = zipOf({'a.txt': strToU8('short'), b: strToU8('x')});
  for (let at = 0; at < zip.length; at++) {
    for (const value of [0, 0xff, zip[at]! ^ 1]) {
      const damaged = zip.slice();
      damaged[at] = value;
      const error = await readAll(damaged).catch((reason: unknown) => reason);
      if (error instanceof Error) expect(error).toBeInstanceOf(ImportError);
    }
  }
});

test('an entry that unpacks to more than it says is stopped', {timeout: 60_000}, async () => {
  const bomb = zipOf({a: new Uint8Array(30_000_000)});
  const view = new DataView(bomb.buffer);
  const directory = view.getUint32(bomb.length - 6, true);
  view.setUint32(directory + 24, 1000, true);
  const pushed = vi.spyOn(Inflate.prototype, 'push');
  await refuses(bomb, 'damaged');
  expect(pushed).toHaveBeenCalledTimes(1);
  pushed.mockRestore();
});

test('a zip with a password is told', async () => {
  const zip = zipOf({'a.txt': strToU8(text)});
  const view = new DataView(zip.buffer);
  const directory = view.getUint32(zip.length - 6, true);
  view.setUint16(directory + 8, 1, true);
  await refuses(zip, 'encrypted');
});

test('a file that the browser can no longer read is told', async () => {
  const gone = {size: 100, slice: () => ({arrayBuffer: () => Promise.reject(new Error('NotReadableError'))})};
  await refuses(gone as unknown as Blob, 'unreadable');
});

function withComment(zip: Uint8Array): Uint8Array<ArrayBuffer> {
  const comment = strToU8('PK\u0005\u0006 is not the end');
  const commented = new Uint8Array(zip.length + comment.length);
  commented.set(zip);
  commented.set(comment, zip.length);
  new DataView(commented.buffer).setUint16(zip.length - 2, comment.length, true);
  return commented;
}

/** The same zip with its end record in Zip64 and the old one filled with "look there". */
function asZip64(zip: Uint8Array): Uint8Array<ArrayBuffer> {
  const end = new DataView(zip.buffer, zip.byteOffset + zip.length - 22);
  const large = new DataView(new ArrayBuffer(56 + 20 + 22));
  large.setUint32(0, 0x06064b50, true);
  large.setBigUint64(32, BigInt(end.getUint16(10, true)), true);
  large.setBigUint64(40, BigInt(end.getUint32(12, true)), true);
  large.setBigUint64(48, BigInt(end.getUint32(16, true)), true);
  large.setUint32(56, 0x07064b50, true);
  large.setBigUint64(64, BigInt(zip.length - 22), true);
  large.setUint32(76, 0x06054b50, true);
  for (let at = 84; at < 96; at++) large.setUint8(at, 0xff);
  const made = new Uint8Array(zip.length - 22 + large.byteLength);
  made.set(zip.subarray(0, zip.length - 22));
  made.set(new Uint8Array(large.buffer), zip.length - 22);
  return made;
}
