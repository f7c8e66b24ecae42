/**
 * Two people who write in different paragraphs of one note, both online, in any order of key presses, saves, rounds and looks at
 * what is stored: all their words are in the text in the end, and nobody is asked anything.
 */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Loaded} from './changes.ts';
import {createWorld, type Device, settle} from './testing/world.ts';

const NOTE = 'note1';
const WORDS = 8;

const act = fc.record({
  who: fc.nat(1),
  what: fc.constantFrom('type' as const, 'type' as const, 'save' as const, 'look' as const, 'round' as const),
  /** What both do between an answer and its being stored. */
  meanwhile: fc.array(
    fc.record({who: fc.nat(1), what: fc.constantFrom('type' as const, 'save' as const, 'look' as const)}),
    {maxLength: 4},
  ),
  afterMs: fc.integer({min: 1, max: 400}),
});

/** An editor that takes what is stored only while nothing is typed. */
class Editor {
  readonly written: string[] = [];
  readonly #device: Device;
  readonly #word: string;
  readonly #paragraph: number;
  #shown: {readonly text: string; readonly loaded: Loaded} | null = null;
  #typed = '';

  constructor(device: Device, word: string, paragraph: number) {
    this.#device = device;
    this.#word = word;
    this.#paragraph = paragraph;
  }

  async look(): Promise<void> {
    if (this.#typed !== '') return;
    const [note, loaded] = [await this.#device.read(NOTE), await this.#device.load(NOTE)];
    if (note?.text == null) throw new Error('the text is not here');
    this.#shown = {text: note.text, loaded};
  }

  type(): void {
    if (this.written.length === WORDS) return;
    const word = `${this.#word}${this.written.length}`;
    this.written.push(word);
    this.#typed += ` ${word}`;
  }

  async save(): Promise<void> {
    if (this.#typed === '' || this.#shown === null) return;
    const {text: before, loaded} = this.#shown;
    const paragraphs = before.split('</p>');
    paragraphs[this.#paragraph] += this.#typed;
    const text = paragraphs.join('</p>');
    this.#typed = '';
    this.#shown = {text, loaded: await this.#device.save(NOTE, loaded, {text}, before)};
  }
}

test('whoever writes, saves, sends and looks when, all words are in the text, and no conflict is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, {maxLength: 40}), async (acts) => {
      const world = await createWorld();
      const devices = [await world.device('A'), await world.device('B')] as const;
      const [a, b] = devices;
      await a.create(NOTE, 'One', '<p>First.</p><p>Last.</p>');
      await settle(a, b);
      const editors = [new Editor(a, 'desk', 0), new Editor(b, 'couch', 1)] as const;
      const editorOf = (who: number) => editors[who === 0 ? 0 : 1];
      for (const editor of editors) await editor.look();
      for (const {who, what, meanwhile, afterMs} of acts) {
        world.nowMs += afterMs;
        if (what !== 'round') {
          await editorOf(who)[what]();
          continue;
        }
        const device = devices[who === 0 ? 0 : 1];
        device.afterCall = async () => {
          for (const one of meanwhile) await editorOf(one.who)[one.what]();
        };
        await device.round();
        device.afterCall = null;
      }
      for (const editor of editors) await editor.save();
      await settle(a, b, a, b);
      for (const device of devices) {
        const text = (await device.read(NOTE))?.text ?? '';
        expect(text).toBe(
          `<p>${['First.', ...editors[0].written].join(' ')}</p><p>${['Last.', ...editors[1].written].join(' ')}</p>`,
        );
        const revisions = await device.store.transaction('read', (tx) => tx.revisionsOf(NOTE));
        expect(revisions.filter(({meta}) => meta?.type === 'revision' && meta.state === 'open')).toEqual([]);
      }
    }),
    {numRuns: 100},
  );
}, 120_000);
