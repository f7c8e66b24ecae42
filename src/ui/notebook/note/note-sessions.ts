/**
 * Runs the machines of note-session.ts against the notebook: timers, saves, live values. One session per note, whoever
 * shows it; a session outlives its editor until what was typed is stored, so that switching notes, or a full disk, loses
 * nothing. After each save the note is watched anew: the first value then is never older than that save.
 */

import type {Notebook, NoteView} from '../../../db/repositories.ts';
import {toldError} from '../../told-error.ts';
import type {Drafts} from './drafts.ts';
import {
  type Edit,
  type Effect,
  type Input,
  isSame,
  openSession,
  type Session,
  type Shown,
  step,
  unsavedOf,
} from './note-session.ts';

export type OpenNote =
  | {readonly state: 'loading'}
  | {readonly state: 'missing'}
  | {
      readonly state: 'open';
      readonly view: NoteView;
      readonly session: Session;
      /** Grows each time the editor must replace what it shows. */
      readonly showing: number;
    };

export interface NoteHandle {
  current(): OpenNote;
  subscribe(listener: () => void): () => void;
  type(edit: Edit): void;
  /** As `type`, of a text that costs time to make: it is asked for when it is needed, not for every key press, and only the last one. */
  typeText(read: () => string): void;
  flush(): void;
  retry(): void;
  /** Keeps the note watched until the returned function is called, which saves what is unsaved. */
  retain(): () => void;
}

export interface NoteSessions {
  of(noteId: string): NoteHandle;
  /** The page may go at any moment: saves, and puts what is unsaved where it survives. `at risk`: there is no room for it there. */
  flushAll(): 'safe' | 'at risk';
  /** The notes whose text could not be stored; the same list until that changes. */
  failed(): readonly string[];
  watchFailed(listener: () => void): () => void;
}

interface Ports {
  readonly notebook: Notebook;
  readonly drafts: Drafts;
  /** Calls once after `ms`, unless cancelled. */
  readonly wait: (ms: number, action: () => void) => () => void;
  /** The device's clock. */
  readonly nowMs: () => number;
  /** Since the last key press in this page; an editor tells of it some milliseconds later. */
  readonly sinceKeyMs: () => number;
}

const TYPING_PAUSE_MS = 300;
/** Typing without a pause is saved so often: a page that is killed, or a power cut, takes no more than that. */
const MAX_UNSAVED_MS = 2_000;
/** Nothing is put into a text in the middle of a sentence. By then two versions that met have been merged, too. */
const REST_MS = 1_000;

export function createNoteSessions(ports: Ports): NoteSessions {
  const handleById = new Map<string, Runner>();
  const listeners = new Set<() => void>();
  let failed: readonly string[] = [];
  const lookForFailed = () => {
    const found = [...handleById].filter(([, runner]) => isOpen(runner.current(), 'failed')).map(([id]) => id);
    if (found.join() === failed.join()) return;
    failed = found;
    for (const listener of listeners) listener();
  };
  return {
    of: (noteId) => {
      const found = handleById.get(noteId);
      if (found !== undefined) return found;
      const made: Runner = createRunner(noteId, ports, {
        onUse: () => handleById.set(noteId, made),
        onChange: lookForFailed,
        onDone: () => {
          handleById.delete(noteId);
          lookForFailed();
        },
      });
      return made;
    },
    flushAll: () => {
      const kept = [...handleById.values()].map((runner) => runner.flushAndDraft());
      return kept.includes('no room') ? 'at risk' : 'safe';
    },
    failed: () => failed,
    watchFailed: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface Runner extends NoteHandle {
  flushAndDraft(): 'kept' | 'no room';
}

/** `onUse`: from now on this is the note's only runner; `onDone`: nobody shows it and nothing is unsaved. */
interface Life {
  readonly onUse: () => void;
  readonly onChange: () => void;
  readonly onDone: () => void;
}

function createRunner(noteId: string, ports: Ports, {onUse, onChange, onDone}: Life): Runner {
  const {notebook, drafts, wait, nowMs, sinceKeyMs} = ports;
  const listeners = new Set<() => void>();
  let now: OpenNote = {state: 'loading'};
  let retained = 0;
  let isWatched = false;
  let unwatch = () => {};
  let cancelPause = () => {};
  /** Null where nothing that was typed waits to be saved. */
  let cancelLongest: (() => void) | null = null;
  /** Not null for a while after the last key press; `held`: what is stored by then. */
  let rest: {held: Shown | null; readonly cancel: () => void} | null = null;
  let hasDraft = false;
  let typedMs = 0;
  /** The text as it was typed last. Nothing else is done to the session before it is told. */
  let unread: (() => string) | null = null;

  const set = (next: OpenNote) => {
    now = next;
    for (const listener of listeners) listener();
    onChange();
  };

  const send = (input: Input) => {
    if (now.state !== 'open') return;
    readTyped();
    const {session, effects} = step(now.session, input);
    const shows = effects.some(({type}) => type === 'show') ? 1 : 0;
    set({...now, session, showing: now.showing + shows});
    for (const effect of effects) run(effect);
    tidy(session);
  };

  const readTyped = () => {
    const text = unread?.();
    unread = null;
    if (text !== undefined) send({type: 'typed', edit: {text}});
  };

  const run = (effect: Effect) => {
    if (effect.type === 'wait') startTimers();
    if (effect.type === 'save') {
      cancelTimers();
      void save(effect);
    }
  };

  const startTimers = () => {
    const timer = () => send({type: 'timer'});
    const sinceKey = sinceKeyMs();
    cancelPause();
    cancelPause = wait(TYPING_PAUSE_MS - (sinceKey < TYPING_PAUSE_MS ? sinceKey : 0), timer);
    cancelLongest ??= wait(MAX_UNSAVED_MS, timer);
  };

  const cancelTimers = () => {
    cancelPause();
    cancelLongest?.();
    cancelLongest = null;
  };

  /** What is stored meanwhile is looked at once, when it is known what the save did. */
  const save = async ({loaded, edit, text}: Effect & {type: 'save'}) => {
    unwatch();
    if (rest !== null) rest.held = null;
    const input: Input = await notebook.saveNote(noteId, loaded, edit, text ?? undefined).then(
      (saved) => ({type: 'saved', saved}),
      (reason) => ({type: 'save_failed', error: toldError(reason)}),
    );
    send(input);
    if (isWatched) watch();
  };

  const onView = (view: NoteView | null) => {
    if (view === null) {
      if (now.state !== 'open' || now.session.state === 'clean') set({state: 'missing'});
      return;
    }
    const {title, text, type, mime, loaded} = view;
    const stored = {title, text, type, mime, loaded};
    if (now.state !== 'open') {
      set({state: 'open', view, session: openSession(stored), showing: 0});
      return;
    }
    set({...now, view});
    const isHeld = rest !== null && now.session.state === 'clean' && !isSame(now.session.shown, stored);
    if (rest !== null) rest.held = isHeld ? stored : null;
    if (!isHeld) send({type: 'stored', stored});
  };

  const endRest = () => {
    rest?.cancel();
    const held = rest?.held;
    rest = null;
    if (held) send({type: 'stored', stored: held});
  };

  const noteTyping = () => {
    typedMs = nowMs();
    rest?.cancel();
    rest = {held: rest?.held ?? null, cancel: wait(REST_MS, endRest)};
  };

  const type = (edit: Edit) => {
    noteTyping();
    send({type: 'typed', edit});
  };

  /** The first one at once: from then on the session knows that something is unsaved. */
  const typeText = (read: () => string) => {
    if (!isOpen(now, 'typing') && !isOpen(now, 'saving')) return type({text: read()});
    noteTyping();
    unread = read;
    if (isOpen(now, 'typing')) startTimers();
  };

  const flush = () => {
    send({type: 'flush'});
    endRest();
  };

  const watch = () => {
    unwatch();
    unwatch = notebook.watchNote(noteId).subscribe(onView);
  };

  const draft = () => {
    if (now.state !== 'open' || now.session.state === 'clean') return 'kept';
    const {loaded, title, type, text} = now.session.shown;
    const edit = unsavedOf(now.session);
    hasDraft = true;
    return drafts.put({noteId, loaded, edit, shown: text ?? undefined, title, type, editedMs: typedMs});
  };

  const tidy = (session: Session) => {
    if (session.state === 'failed') draft();
    if (session.state !== 'clean') return;
    cancelTimers();
    if (hasDraft) drafts.remove(noteId);
    hasDraft = false;
    if (retained === 0) onDone();
  };

  const release = () => {
    retained--;
    if (retained > 0) return;
    send({type: 'flush'});
    isWatched = false;
    unwatch();
    rest?.cancel();
    rest = null;
    if (now.state !== 'open' || now.session.state === 'clean') onDone();
  };

  return {
    current: () => now,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    type,
    typeText,
    flush,
    retry: () => send({type: 'retry'}),
    retain: () => {
      retained++;
      onUse();
      if (!isWatched) watch();
      isWatched = true;
      return release;
    },
    flushAndDraft: () => {
      send({type: 'flush'});
      return draft();
    },
  };
}

function isOpen(note: OpenNote, state: Session['state']): boolean {
  return note.state === 'open' && note.session.state === state;
}
