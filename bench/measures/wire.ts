/**
 * What an idle pair of devices says to the server, and what one small edit costs on the wire, headers and pokes and
 * everything: each device reaches the server through a wire that counts.
 */
import {setTimeout as pause} from 'node:timers/promises';
import {gzipSync} from 'node:zlib';
import type {Page} from '@playwright/test';
import {withProfile} from '../browser.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import type {GeneratedNote} from '../notes.ts';
import {appIsKept, noteIsSynced, openOn, textBox, typeAtEnd} from '../screen.ts';
import {startTap, type Tap, type Traffic} from '../tap.ts';

const IDLE_SECONDS = {quick: 20, full: 120};
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

async function takeOn(bench: Bench, notes: number, devices: Devices): Promise<Taken[]> {
  const {a, b, tapA, tapB, note} = devices;
  for (const [page, tap, name] of [
    [a, tapA, 'Desk'],
    [b, tapB, 'Couch'],
  ] as const) {
    await openOn(page, tap.address, name, note.id);
    await appIsKept(page);
  }
  const idle = await beIdle(devices, IDLE_SECONDS[bench.mode]);
  const rounds: Traffic[] = [];
  const edits: {readonly own: number; readonly other: number; readonly allowed: number}[] = [];
  for (let index = 0; index < bench.repetitions + 1; index++) {
    const round = await syncNow(devices);
    const edit = await editOnce(devices, index);
    if (index === 0) continue; // what is still on its way from the start goes with the first
    rounds.push(round);
    edits.push(edit);
  }
  return [
    {name: 'idle-requests', notes, samples: [idle]},
    {name: 'idle-round-requests', notes, samples: rounds.map(({requests}) => requests.length)},
    {name: 'idle-round-up', notes, samples: rounds.map(({up}) => up)},
    {name: 'idle-round-down', notes, samples: rounds.map(({down}) => down)},
    {
      name: 'edit-bytes',
      notes,
      samples: edits.map(({own}) => own),
      limit: {
        what: `${ALLOWED_TIMES_BODY} × gzip of the body + ${ALLOWED_BYTES}`,
        samples: edits.map(({allowed}) => allowed),
      },
    },
    {name: 'edit-bytes-other', notes, samples: edits.map(({other}) => other)},
  ];
}

/** Requests of both devices while nobody does anything. */
async function beIdle({tapA, tapB}: Devices, seconds: number): Promise<number> {
  for (const tap of [tapA, tapB]) tap.take();
  await pause(seconds * 1_000);
  return [tapA, tapB].flatMap((tap) => tap.take().requests).length;
}

/** A round with nothing to send or to get, asked for by hand. */
async function syncNow({a, tapA}: Devices): Promise<Traffic> {
  await a.locator('output [aria-haspopup="dialog"]').click();
  const panel = a.getByRole('dialog', {name: 'Sync'});
  const answered = a.waitForResponse(/api\/sync\//);
  tapA.take();
  await panel.getByRole('button', {name: 'Sync now'}).click();
  await (await answered).finished();
  await panel.locator('button[aria-busy]').waitFor({state: 'detached'});
  const traffic = tapA.take();
  await panel.getByRole('button', {name: 'Close'}).click();
  await panel.waitFor({state: 'hidden'});
  return traffic;
}

async function editOnce({a, b, tapA, tapB, note}: Devices, index: number) {
  const word = `w${index}x`;
  await noteIsSynced(a);
  await typeAtEnd(a);
  for (const tap of [tapA, tapB]) tap.take();
  await a.keyboard.insertText(` ${word}`);
  await textBox(b).getByText(word).waitFor();
  await noteIsSynced(a);
  const [own, other] = [tapA.take(), tapB.take()].map(({up, down}) => up + down);
  const allowed = ALLOWED_TIMES_BODY * gzipSync(`${note.html}${word}`).length + ALLOWED_BYTES;
  return {own: own ?? Number.NaN, other: other ?? Number.NaN, allowed};
}
