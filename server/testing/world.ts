/** A small world for tests: a core on a storage, with a clock that stands still and random bytes that repeat. */

import {utf8Bytes} from '../../protocol/bytes.ts';
import {type Draft, type Kind, makeVersion, type Ref, type Version} from '../../protocol/entity.ts';
import type {CallAnswer, Lane, PushVerdict} from '../../protocol/messages.ts';
import {formatStamp, type Stamp} from '../../protocol/stamp.ts';
import {encodeVersion, type LeaveOut} from '../../protocol/wire.ts';
import type {Passwords} from '../accounts/passwords.ts';
import {type Core, createCore} from '../core/core.ts';
import type {Device} from '../core/ports.ts';
import {createMemoryStorage, type MemoryStorage} from '../storage/memory-storage.ts';
import type {Storage} from '../storage/port.ts';

export const START_MS = Date.UTC(2026, 10, 22, 12);

export const plainPasswords: Passwords = {
  hash: async (password) => `plain:${password}`,
  verify: async (stored, password) => stored === `plain:${password}`,
};

export interface World<S extends Storage = MemoryStorage> {
  readonly core: Core;
  readonly storage: S;
  readonly clock: {ms: number};
  /** What was logged as an error. */
  readonly errors: string[];
  readonly device: Device;
  readonly setupCode: string;
}

/** A server with one account and one device. */
export async function createWorld(): Promise<World>;
export async function createWorld<S extends Storage>(storage: S): Promise<World<S>>;
export async function createWorld(storage: Storage = createMemoryStorage()): Promise<World<Storage>> {
  const clock = {ms: START_MS};
  const errors: string[] = [];
  const core = createCore({
    storage,
    now: () => clock.ms,
    random: createRandom(1),
    passwords: plainPasswords,
    version: '1.2.3',
    log: (level, message) => void (level === 'error' && errors.push(message)),
  });
  const {setupCode = ''} = await core.start();
  const device = await setUp(core, setupCode);
  return {core, storage, clock, errors, device, setupCode};
}

export async function setUp(core: Core, setupCode: string): Promise<Device> {
  const request = {setupCode, username: 'Ann', password: 'long enough', deviceName: 'Laptop'};
  const session = valueIn(await core.setup(request, null));
  return valueIn(await core.authenticate(session.token, null));
}

/** Bytes that repeat with the seed (xorshift32): fit for tests only. */
export function createRandom(seed: number): (count: number) => Uint8Array<ArrayBuffer> {
  let state = seed;
  return (count) =>
    Uint8Array.from({length: count}, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    });
}

export function valueIn<T>(result: {ok: true; value: T} | {ok: false; error: unknown}): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

export function errorIn<E>(result: {ok: true; value: unknown} | {ok: false; error: E}): E {
  if (result.ok) throw new Error('expected an error');
  return result.error;
}

export const NO_HISTORY = {epoch: null, cursor: null, seen: null};
export const ASKED = {protocol: 3, replica: 'replica-a', history: NO_HISTORY};

/** A stamp so many milliseconds after the world's start. */
export function at(ms: number, replica = 'aaaa'): Stamp {
  return formatStamp({millis: START_MS + ms, counter: 0, replica});
}

export interface Text extends Partial<Pick<Draft, 'kind' | 'id' | 'meta' | 'deleted'>> {
  readonly stamp: Stamp;
  readonly title?: string;
  readonly text?: string;
}

export function note({stamp, title = 'title', text = 'text', ...more}: Text): Version {
  const body = (more.kind ?? 'note') === 'note' ? text : '';
  return makeVersion({
    kind: 'note',
    id: 'note-1',
    deleted: false,
    meta: null,
    ...more,
    stamp,
    data: utf8Bytes(title),
    body: utf8Bytes(body),
  });
}

/** The deletion of a version, its content kept. */
export function deletionOf(
  {kind, id, data, body}: Version,
  stamp: Stamp,
  more: {eraseAfterMs?: number; of?: string} = {},
): Version {
  const meta = {
    type: 'tombstone' as const,
    eraseAfterMs: more.eraseAfterMs ?? 1000,
    ...(more.of === undefined ? {} : {of: more.of}),
  };
  return makeVersion({kind, id, stamp, deleted: true, meta, data, body: body ?? utf8Bytes('')});
}

export interface Chain {
  readonly base?: Stamp | null;
  readonly sent?: readonly Stamp[];
  readonly leaveOut?: LeaveOut;
}

export function pushed(version: Version, {base = null, sent = [], leaveOut = {}}: Chain = {}): Record<string, unknown> {
  return {...encodeVersion(version, leaveOut), base, sent: [...sent]};
}

/** Pushes one version; its verdict. */
export async function pushOne(
  {core, device}: Pick<World<Storage>, 'core' | 'device'>,
  version: Version,
  chain?: Chain,
): Promise<PushVerdict> {
  const {verdicts} = await pushAll({core, device}, [pushed(version, chain)]);
  return verdicts[0] as PushVerdict;
}

export async function pushAll(
  {core, device}: Pick<World<Storage>, 'core' | 'device'>,
  entities: unknown[],
): Promise<CallAnswer<'push'>> {
  return valueIn(await core.push(device, {...ASKED, entities}));
}

/** What came after a position. */
export async function pullPage(
  {core, device}: Pick<World<Storage>, 'core' | 'device'>,
  {after}: {readonly after: number},
): Promise<CallAnswer<'pull'>> {
  return valueIn(await core.pull(device, {...ASKED, lane: 'all', after}));
}

interface LaneAsking {
  readonly lane: Lane;
  readonly after?: Ref | null;
  readonly until?: number;
}

/** A page of a lane of a first sync. */
export async function lanePage(
  {core, device}: Pick<World<Storage>, 'core' | 'device'>,
  {lane, after = null, until = Number.MAX_SAFE_INTEGER}: LaneAsking,
): Promise<CallAnswer<'pull'>> {
  return valueIn(await core.pull(device, {...ASKED, lane, after, until}));
}

/** The server's current version as a replica with nothing would get it. */
export async function current(
  {core, device}: Pick<World<Storage>, 'core' | 'device'>,
  id = 'note-1',
  kind: Kind = 'note',
) {
  const {rows} = valueIn(await core.fetch(device, {...ASKED, refs: [{kind, id}]}));
  return rows[0];
}

export async function revisions(world: Pick<World<Storage>, 'core' | 'device'>) {
  const {rows} = await lanePage(world, {lane: 'revisions'});
  return rows;
}
