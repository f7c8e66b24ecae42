/**
 * An edit on one device until the other shows it, both online with the note open, and what it does on the way: each stage by
 * what can be seen from outside (key presses, transactions, requests, the text of the page). Before each edit the same two
 * browsers do the least that it takes: store a row, send it, get it, store it.
 */
import type {BrowserContext, Page} from '@playwright/test';
import {type Answer, answersTo, withProfile} from '../browser.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import type {GeneratedNote} from '../notes.ts';
import {storeAndSend} from '../raw-page.ts';
import {openOn, textBox, typeAtEnd} from '../screen.ts';
import {type Write, watchWrites, writesOf} from '../write-watch.ts';

const EDITS = {quick: 25, full: 200};
const WARM_UP = 3;
/** How long the app waits after a key press before it saves. */
const TYPING_PAUSE_MS = 300;
const MAX_NOTES = 10_000;

/** Milliseconds since 1970, with fractions. */
interface Way {
  readonly typedMs: number;
  readonly write: Write;
  readonly hellosMs: number;
  readonly push: Answer;
  readonly pull: Answer;
  readonly visibleMs: number;
}

interface Edit {
  readonly way: Way;
  readonly rawMs: number;
  readonly rawPutMs: number;
}

export const edit: Family = {
  name: 'edit',
  async take(bench) {
    const notes = bench.mode === 'quick' ? bench.sizes[0] : bench.sizes.findLast((size) => size <= MAX_NOTES);
    if (notes === undefined)
      return [{name: 'edit-visible', notes: null, missing: `no size up to ${MAX_NOTES} was asked for`}];
    const server = await bench.filled(notes);
    try {
      const note = bench.notes(notes).find(({html}) => html.length > 900 && html.length < 1_100);
      if (note === undefined) return [{name: 'edit-visible', notes, missing: 'no note has about 1 KB'}];
      const edits = await withProfile((a) =>
        withProfile((b) => editOften(bench, {a, b, address: server.address, note})),
      );
      return linesOf(notes, edits);
    } finally {
      await server.remove();
    }
  },
};

interface Scene {
  readonly a: BrowserContext;
  readonly b: BrowserContext;
  readonly address: string;
  readonly note: GeneratedNote;
}

async function editOften(bench: Bench, {a, b, address, note}: Scene): Promise<Edit[]> {
  await watchWrites(a);
  const [pageA, pageB, rawA, rawB] = await Promise.all([a, b, a, b].map((context) => context.newPage()));
  if (!pageA || !pageB || !rawA || !rawB) throw new Error('a browser gave no page');
  await Promise.all([rawA, rawB].map((page) => page.goto(bench.raw.address)));
  await openOn(pageA, address, 'Desk', note.id);
  await openOn(pageB, address, 'Couch', note.id);
  await typeAtEnd(pageA);
  const least = {address: bench.raw.address, bytes: note.html.length};
  const edits: Edit[] = [];
  for (let index = 0; index < WARM_UP + EDITS[bench.mode]; index++) {
    const sent = await rawA.evaluate(storeAndSend, least);
    const got = await rawB.evaluate(storeAndSend, least);
    const way = await editOnce(pageA, pageB, `w${index}x`);
    if (index < WARM_UP) continue;
    edits.push({way, rawMs: sent.storeMs + sent.sendMs + got.sendMs + got.storeMs, rawPutMs: sent.storeMs});
  }
  return edits;
}

async function editOnce(a: Page, b: Page, word: string): Promise<Way> {
  const seen = await watchFor(b, word);
  await a.keyboard.insertText(` ${word}`);
  const visibleMs = await seen();
  const {lastInputMs: typedMs, writes} = await writesOf(a);
  const write = writes.find(({askedMs}) => askedMs >= typedMs + TYPING_PAUSE_MS - 1);
  if (write === undefined) throw new Error(`nothing was written ${TYPING_PAUSE_MS} ms after the last key press`);
  const sent = (await absoluteAnswers(a)).filter(
    ({startMs, endMs}) => startMs >= write.askedMs && endMs <= visibleMs + 1_000,
  );
  const push = sent.find(({path}) => path === 'sync/push');
  const pull = (await absoluteAnswers(b)).find(
    ({path, startMs}) => path === 'sync/pull' && startMs >= (push?.startMs ?? 0),
  );
  if (push === undefined || pull === undefined) throw new Error('the edit arrived without a push or a pull');
  const hellos = sent.filter(({path, startMs}) => path === 'sync/hello' && startMs < push.startMs);
  return {
    typedMs,
    write,
    hellosMs: hellos.reduce((sum, {startMs, endMs}) => sum + endMs - startMs, 0),
    push,
    pull,
    visibleMs,
  };
}

/** From now on, in the page: when the words are first in the text. */
async function watchFor(page: Page, words: string): Promise<() => Promise<number>> {
  const time = await textBox(page).evaluateHandle(
    (box, wanted) => ({
      seen: new Promise<number>((resolve) => {
        const look = (): void => {
          if (box.textContent?.includes(wanted)) resolve(performance.timeOrigin + performance.now());
        };
        new MutationObserver(look).observe(box, {subtree: true, childList: true, characterData: true});
      }),
    }),
    words,
  );
  return () => time.evaluate(({seen}) => seen);
}

async function absoluteAnswers(page: Page): Promise<Answer[]> {
  const originMs = await page.evaluate(() => performance.timeOrigin);
  const answers = await answersTo(page);
  return answers.map((answer) => ({...answer, startMs: originMs + answer.startMs, endMs: originMs + answer.endMs}));
}

function linesOf(notes: number, edits: readonly Edit[]): Taken[] {
  const each = (pick: (way: Way) => number): number[] => edits.map(({way}) => pick(way));
  const limit = {what: 'raw put, send, get, put', samples: edits.map(({rawMs}) => rawMs)};
  const visible = each(({write, visibleMs}) => visibleMs - write.askedMs);
  return [
    {name: 'edit-visible', notes, samples: visible, limit},
    {name: 'edit-visible-p99', notes, samples: visible},
    {name: 'edit-typed-visible', notes, samples: each(({typedMs, visibleMs}) => visibleMs - typedMs)},
    {
      name: 'edit-durable',
      notes,
      samples: each(({typedMs, write}) => write.durableMs - typedMs - TYPING_PAUSE_MS),
      limit: {what: 'raw put of the same text', samples: edits.map(({rawPutMs}) => rawPutMs)},
    },
    {name: 'edit-stage-write', notes, samples: each(({write}) => write.durableMs - write.askedMs)},
    {
      name: 'edit-stage-debounce',
      notes,
      samples: each(({write, push, hellosMs}) => push.startMs - write.durableMs - hellosMs),
    },
    {name: 'edit-stage-hello', notes, samples: each(({hellosMs}) => hellosMs)},
    {name: 'edit-stage-push', notes, samples: each(({push}) => push.endMs - push.startMs)},
    {name: 'edit-stage-poke', notes, samples: each(({push, pull}) => pull.startMs - push.endMs)},
    {name: 'edit-stage-pull', notes, samples: each(({pull}) => pull.endMs - pull.startMs)},
    {name: 'edit-stage-render', notes, samples: each(({pull, visibleMs}) => visibleMs - pull.endMs)},
  ];
}
