/**
 * What an idle pair of devices says to the server, and what one small edit costs on the wire, headers and pokes and
 * everything: each device reaches the server through a wire that counts.
 */
import {setTimeout as pause} from 'node:timers/promises';
import {gzipSync} from 'node:zlib';
import type {Page, Request} from '@playwright/test';
import {withProfile} from '../browser.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import type {GeneratedNote} from '../notes.ts';
import {appIsKept, noteIsSynced, openOn, textBox, typeAtEnd} from '../screen.ts';
import {startTap, type Tap, type Traffic} from '../tap.ts';

const IDLE_SECONDS = {quick: 10, full: 120};
/** Beside the text: what a budget allows for headers, ids, hashes and the answer. */
const ALLOWED_BYTES = 600;
const ALLOWED_TIMES_BODY = 1.5;

export const wire: Family = {
  name: 'wire',
  async take(bench) {
    const notes = bench.sizes[0] ?? 1_000;
    const server = await bench.filled(notes);
    const [tapA, tapB] = [await startTap(server.port), await startTap(server.port)];
    try {
      const note = bench.notes(notes).find(({html}) => html.length > 900 && html.length < 1_100);
      if (note === undefined) return [{name: 'edit-bytes', notes, missing: 'no note has about 1 KB'}];
      return await withProfile((a) =>
        withProfile(async (b) => {
          const devices = {a: await a.newPage(), b: await b.newPage(), tapA, tapB, note};
          return takeOn(bench, notes, devices);
        }),
      );
    } finally {
      await Promise.all([tapA.close(), tapB.close()]);
      await server.remove();
    }
  },
};

interface Devices {
  readonly a: Page;
  readonly b: Page;
  readonly tapA: Tap;
  readonly tapB: Tap;
  readonly note: GeneratedNote;
}

/** Bytes of one device, both with everything and without the headers, which the browser and HTTP make. */
interface Exchange {
  readonly requests: number;
  readonly wholeUp: number;
  readonly wholeDown: number;
  readonly up: number;
  readonly down: number;
}

async function takeOn(bench: Bench, notes: number, devices: Devices): Promise<Taken[]> {
  const {a, b, tapA, tapB, note} = devices;
  const people = [
    [a, tapA, 'Desk'],
    [b, tapB, 'Couch'],
  ] as const;
  for (const [page, tap, name] of people) {
    await openOn(page, tap.address, name, note.id);
    await appIsKept(page);
  }
  await syncNow(devices); // what is on its way from the start comes before it
  const idle = await beIdle(bench, devices);
  const rounds: Exchange[] = [];
  const edits: Edited[] = [];
  for (let index = 0; index < bench.repetitions(notes); index++) {
    rounds.push(await syncNow(devices));
    edits.push(await editOnce(devices, index));
  }
  const round = (pick: (one: Exchange) => number): number[] => rounds.map(pick);
  const own = (pick: (one: Exchange) => number): number[] => edits.map((edit) => pick(edit.own));
  const limit = {
    what: `${ALLOWED_TIMES_BODY} × gzip of the body + ${ALLOWED_BYTES}`,
    samples: edits.map(({allowed}) => allowed),
  };
  return [
    {name: 'idle-requests', notes, samples: [idle]},
    {name: 'idle-round-requests', notes, samples: round(({requests}) => requests)},
    {name: 'idle-round-up', notes, samples: round(({up}) => up)},
    {name: 'idle-round-down', notes, samples: round(({down}) => down)},
    {name: 'idle-round-wire', notes, samples: round(({wholeUp, wholeDown}) => wholeUp + wholeDown)},
    {name: 'edit-bytes', notes, samples: own(({up, down}) => up + down), limit},
    {name: 'edit-bytes-wire', notes, samples: own(({wholeUp, wholeDown}) => wholeUp + wholeDown), limit},
    {name: 'edit-bytes-other', notes, samples: edits.map(({other}) => other.up + other.down)},
  ];
}

/** Calls of both devices while nobody does anything. The browser itself may look for a new service worker: that isn't one. */
async function beIdle({mode, say}: Bench, {tapA, tapB}: Devices): Promise<number> {
  for (const tap of [tapA, tapB]) tap.take();
  await pause(IDLE_SECONDS[mode] * 1_000);
  const requests = [tapA, tapB].flatMap((tap) => tap.take().requests);
  if (requests.length > 0) say(`asked for while idle: ${requests.join(', ')}`);
  return requests.filter((request) => request.includes(' /api/')).length;
}

/** A round with nothing to send or to get, asked for by hand. */
async function syncNow({a, tapA}: Devices): Promise<Exchange> {
  await a.locator('output [aria-haspopup="dialog"]').click();
  const panel = a.getByRole('dialog', {name: 'Sync'});
  const sizes = watchSizes(a);
  const answered = a.waitForResponse(/api\/sync\//);
  tapA.take();
  await panel.getByRole('button', {name: 'Sync now'}).click();
  await (await answered).finished();
  await panel.locator('button[aria-busy]').waitFor({state: 'detached'});
  const exchange = exchangeOf(tapA.take(), await sizes());
  await panel.getByRole('button', {name: 'Close'}).click();
  await panel.waitFor({state: 'hidden'});
  return exchange;
}

interface Edited {
  readonly own: Exchange;
  readonly other: Exchange;
  readonly allowed: number;
}

async function editOnce({a, b, tapA, tapB, note}: Devices, index: number): Promise<Edited> {
  const word = `w${index}x`;
  await noteIsSynced(a);
  await typeAtEnd(a);
  for (const tap of [tapA, tapB]) tap.take();
  const sizes = [watchSizes(a), watchSizes(b)];
  await a.keyboard.insertText(` ${word}`);
  await textBox(b).getByText(word).waitFor();
  await noteIsSynced(a);
  const [headersA, headersB] = await Promise.all(sizes.map((end) => end()));
  return {
    own: exchangeOf(tapA.take(), headersA),
    other: exchangeOf(tapB.take(), headersB),
    allowed: ALLOWED_TIMES_BODY * gzipSync(`${note.html}${word}`).length + ALLOWED_BYTES,
  };
}

interface HeaderBytes {
  readonly up: number;
  readonly down: number;
}

/** Of the headers of the requests that end until the returned function is called. */
function watchSizes(page: Page): () => Promise<HeaderBytes> {
  const requests: Request[] = [];
  const hear = (request: Request): void => void requests.push(request);
  page.on('requestfinished', hear);
  return async () => {
    page.off('requestfinished', hear);
    const sizes = await Promise.all(requests.map((request) => request.sizes()));
    return {
      up: sizes.reduce((sum, {requestHeadersSize}) => sum + requestHeadersSize, 0),
      down: sizes.reduce((sum, {responseHeadersSize}) => sum + responseHeadersSize, 0),
    };
  };
}

function exchangeOf({up, down, requests}: Traffic, headers: HeaderBytes | undefined): Exchange {
  return {
    requests: requests.length,
    wholeUp: up,
    wholeDown: down,
    up: up - (headers?.up ?? Number.NaN),
    down: down - (headers?.down ?? Number.NaN),
  };
}
