/**
 * One note under an editor, as a pure machine: when to save what, on top of which `loaded`. Invariants:
 *
 * 1. Nothing typed is dropped: `edit` and `saving` leave the machine only by a save that succeeded.
 * 2. At most one save at a time: `save` comes only out of `typing` and `failed`, and both end with it.
 * 3. Every save names the version whose text the editor really showed, part by part, so that the store can keep what it
 *    replaces unseen.
 * 4. What another device or tab wrote meanwhile (`newer`) never changes the text under the hands: the save, which merges or keeps it,
 *    comes first, and what is stored then is shown.
 *
 *   clean ──typed──▶ typing ──timer, flush──▶ saving ──saved──▶ clean, or typing when more was typed meanwhile
 *                      ▲                        └──save_failed──▶ failed ──typed──▶ typing
 *                      └─────────────────────────────────────────────────────────retry, flush──▶ saving
 */

import type {Saved} from '../../../db/repositories.ts';
import type {Loaded} from '../../../sync/changes.ts';
import type {ToldError} from '../../told-error.ts';

/** The stored version that the editor stands on. `text` is null while it isn't on this device. */
export interface Shown {
  readonly title: string;
  readonly text: string | null;
  readonly type: string;
  readonly mime: string;
  readonly loaded: Loaded;
}

export interface Edit {
  readonly title?: string;
  readonly text?: string;
}

/** What was typed on top of `shown`; `newer`: what is stored by now, where that is something else. */
interface Unsaved {
  readonly shown: Shown;
  readonly edit: Edit;
  readonly newer: Shown | null;
}

export type Session =
  | {readonly state: 'clean'; readonly shown: Shown}
  | ({readonly state: 'typing'} & Unsaved)
  | {
      readonly state: 'saving';
      readonly shown: Shown;
      readonly saving: Edit;
      readonly edit: Edit;
      readonly flush: boolean;
    }
  | ({readonly state: 'failed'; readonly error: ToldError} & Unsaved);

export type Input =
  | {readonly type: 'typed'; readonly edit: Edit}
  | {readonly type: 'timer'}
  /** Save now: the editor lost focus, is closed, or the page may go. */
  | {readonly type: 'flush'}
  | {readonly type: 'retry'}
  | {readonly type: 'saved'; readonly saved: Saved}
  | {readonly type: 'save_failed'; readonly error: ToldError}
  /** What is stored now, by whomever. Must not be older than the last save that was answered. */
  | {readonly type: 'stored'; readonly stored: Shown};

export type Effect =
  /** `text`: what the edit was made of. */
  | {readonly type: 'save'; readonly loaded: Loaded; readonly edit: Edit; readonly text: string | null}
  /** `timer` is to come after a pause of typing, and where there is none all the same after a while. */
  | {readonly type: 'wait'}
  /** The editor must replace what it shows by `shown`. */
  | {readonly type: 'show'};

export interface Step {
  readonly session: Session;
  readonly effects: readonly Effect[];
}

export function openSession(shown: Shown): Session {
  return {state: 'clean', shown};
}

export function step(session: Session, input: Input): Step {
  switch (input.type) {
    case 'typed':
      return typed(session, input.edit);
    case 'timer':
      return session.state === 'typing' ? save(session) : stay(session);
    case 'flush':
      if (session.state === 'saving') return stay({...session, flush: true});
      return session.state === 'clean' ? stay(session) : save(session);
    case 'retry':
      return session.state === 'failed' ? save(session) : stay(session);
    case 'saved':
      return session.state === 'saving' ? saved(session, input.saved) : stay(session);
    case 'save_failed':
      if (session.state !== 'saving') return stay(session);
      return stay({
        state: 'failed',
        shown: session.shown,
        edit: {...session.saving, ...session.edit},
        newer: null,
        error: input.error,
      });
    case 'stored':
      return stored(session, input.stored);
  }
}

/** What the person sees: the stored version with everything typed on top. */
export function currentOf(session: Session): {readonly title: string; readonly text: string | null} {
  const {title, text} = session.shown;
  return {title, text, ...unsavedOf(session)};
}

/** What was typed and isn't known to be stored. */
export function unsavedOf(session: Session): Edit {
  switch (session.state) {
    case 'clean':
      return {};
    case 'saving':
      return {...session.saving, ...session.edit};
    default:
      return session.edit;
  }
}

function typed(session: Session, edit: Edit): Step {
  switch (session.state) {
    case 'clean':
      return wait({shown: session.shown, edit, newer: null});
    case 'saving':
      return stay({...session, edit: changed({...session.shown, ...session.saving}, {...session.edit, ...edit})});
    default:
      return wait({...session, edit: {...session.edit, ...edit}});
  }
}

/** Typing back what is stored leaves nothing to save. */
function wait({shown, edit, newer}: Unsaved): Step {
  const left = changed(shown, edit);
  if (!isEmpty(left)) return {session: {state: 'typing', shown, edit: left, newer}, effects: [{type: 'wait'}]};
  return newer === null ? stay({state: 'clean', shown}) : show(newer);
}

/** What is stored already needn't be saved. */
function save({shown, edit, newer}: Unsaved): Step {
  return newer !== null && isEmpty(changed(newer, edit)) ? show(newer) : saveOver(shown, edit);
}

function saveOver(shown: Shown, edit: Edit): Step {
  return {
    session: {state: 'saving', shown, saving: edit, edit: {}, flush: false},
    effects: [{type: 'save', loaded: shown.loaded, edit, text: shown.text}],
  };
}

function saved(session: Session & {state: 'saving'}, {loaded}: Saved): Step {
  const {saving, edit, flush} = session;
  const shown = {...session.shown, ...saving, loaded: onlySeen(session.shown.loaded, saving, loaded)};
  const next = wait({shown, edit, newer: null});
  return flush && next.session.state === 'typing' ? save(next.session) : next;
}

/**
 * A part that wasn't saved counts as seen only if it is still the one that was shown: else a later save of it would replace
 * it silently. Its stamp then stays the old one, so that the store compares parts.
 */
function onlySeen(before: Loaded, saving: Edit, after: Loaded): Loaded {
  const data = saving.title === undefined ? before.parts.data : after.parts.data;
  const body = saving.text === undefined ? before.parts.body : after.parts.body;
  if (data === after.parts.data && body === after.parts.body) return after;
  return {stamp: before.stamp, parts: {...after.parts, data, body}};
}

function stored(session: Session, now: Shown): Step {
  if (session.state === 'saving') return stay(session);
  if (session.state === 'clean') return isSame(session.shown, now) ? stay({state: 'clean', shown: now}) : show(now);
  return stay(isSame(session.shown, now) ? {...session, shown: now, newer: null} : {...session, newer: now});
}

function show(shown: Shown): Step {
  return {session: {state: 'clean', shown}, effects: [{type: 'show'}]};
}

/** Whether both show the same. */
export function isSame(a: Shown, b: Shown): boolean {
  if ((a.text === null) !== (b.text === null)) return false;
  return a.loaded.parts.data === b.loaded.parts.data && a.loaded.parts.body === b.loaded.parts.body;
}

function changed(shown: Pick<Shown, 'title' | 'text'>, {title, text}: Edit): Edit {
  return {
    ...(title === undefined || title === shown.title ? {} : {title}),
    ...(text === undefined || text === shown.text ? {} : {text}),
  };
}

function isEmpty({title, text}: Edit): boolean {
  return title === undefined && text === undefined;
}

function stay(session: Session): Step {
  return {session, effects: []};
}
