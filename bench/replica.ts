/**
 * A device without a screen: speaks the protocol over HTTP and stores nothing. Fills accounts with generated notes, and asks
 * the server what a real device asks it.
 */
import {utf8Bytes} from '../protocol/bytes.ts';
import {type Draft, type Kind, makeVersion, NO_BYTES} from '../protocol/entity.ts';
import {idFromBytes} from '../protocol/ids.ts';
import {MAX_PUSH_ENTITIES, PUSH_BATCH_BYTES} from '../protocol/limits.ts';
import {CALLS, type CallAnswer, type CallName, type CallRequest, type PushedEntity} from '../protocol/messages.ts';
import {makeStamp} from '../protocol/stamp.ts';
import {PROTOCOL_RANGE} from '../protocol/version.ts';
import {encodeVersion} from '../protocol/wire.ts';
import {writeData} from '../src/notes/note-data.ts';
import type {GeneratedNote} from './notes.ts';
import {SETUP_CODE} from './server.ts';

export const ACCOUNT = {username: 'ada', password: 'correct horse battery'};

/** What a request has besides its protocol, replica and history. */
type Asked = 'protocol' | 'replica' | 'history';
/** Of each shape that a request may have. */
type Question<N extends CallName, R = NonNullable<CallRequest<N>>> = R extends unknown ? Omit<R, Asked> : never;
type SyncCall = Exclude<CallName, 'status' | 'setup' | 'login' | 'hello'>;

export interface Replica {
  readonly id: string;
  readonly address: string;
  readonly token: string;
  hello(): Promise<CallAnswer<'hello'>>;
  ask<N extends SyncCall>(name: N, question: Question<N>): Promise<CallAnswer<N>>;
  /** Fails unless all are applied. */
  push(entities: readonly PushedEntity[]): Promise<CallAnswer<'push'>>;
}

/** Makes the account of a server that has none. */
export async function setUp(address: string): Promise<Replica> {
  const setup = {setupCode: SETUP_CODE, ...ACCOUNT, deviceName: 'Bench'};
  const {token} = await post(address, 'setup', setup);
  return createReplica(address, token);
}

export async function signIn(address: string): Promise<Replica> {
  const {token} = await post(address, 'login', {...ACCOUNT, deviceName: 'Bench'});
  return createReplica(address, token);
}

/** Pushes them in batches as a device does. */
export async function fill(replica: Replica, notes: Iterable<GeneratedNote>): Promise<void> {
  let batch: PushedEntity[] = [];
  let bytes = 0;
  for (const note of notes) {
    const entities = entitiesOf(replica, note);
    const more = contentBytes(entities);
    if (batch.length + entities.length > MAX_PUSH_ENTITIES || (batch.length > 0 && bytes + more > PUSH_BATCH_BYTES)) {
      await replica.push(batch);
      [batch, bytes] = [[], 0];
    }
    batch.push(...entities);
    bytes += more;
  }
  if (batch.length > 0) await replica.push(batch);
}

/** The note and its place. */
export function entitiesOf(replica: Pick<Replica, 'id'>, note: GeneratedNote): PushedEntity[] {
  const {id, branchId, parentId, orderKey, title, html} = note;
  const data = writeData({title, type: 'text', mime: 'text/html', created: 1_700_000_000_000});
  const place = writeData({note: id, parent: parentId, key: orderKey});
  return [
    makeEntity(replica, 'note', id, {data, body: utf8Bytes(html)}),
    makeEntity(replica, 'branch', branchId, {data: place}),
  ];
}

/** A version on top of none, or of the one with the stamp `base`. */
export function makeEntity(
  replica: Pick<Replica, 'id'>,
  kind: Kind,
  id: string,
  {
    data,
    body = NO_BYTES,
    base = null,
  }: Pick<Draft, 'data'> & {readonly body?: Draft['body']; readonly base?: string | null},
): PushedEntity {
  const stamp = makeStamp(Date.now(), replica.id, [base]);
  return {...encodeVersion(makeVersion({kind, id, stamp, deleted: false, meta: null, data, body})), base, sent: []};
}

function createReplica(address: string, token: string): Replica {
  const id = idFromBytes(crypto.getRandomValues(new Uint8Array(12)));
  const asked = {protocol: PROTOCOL_RANGE.max, replica: id, history: {epoch: null, cursor: null, seen: null}};
  const ask: Replica['ask'] = (name, question) => post(address, name, {...asked, ...question}, token);
  return {
    id,
    address,
    token,
    hello: () => post(address, 'hello', {...asked, protocol: PROTOCOL_RANGE, t0: Date.now()}, token),
    ask,
    async push(entities) {
      const answer = await ask('push', {entities: [...entities]});
      const refused = answer.verdicts.find(({type}) => type !== 'applied');
      if (refused !== undefined) throw new Error(`the server did not apply it: ${JSON.stringify(refused)}`);
      return answer;
    },
  };
}

async function post<N extends CallName>(
  address: string,
  name: N,
  body: object,
  token?: string,
): Promise<CallAnswer<N>> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : {authorization: `Bearer ${token}`}),
  };
  const url = `${address}api/${CALLS[name].path}`;
  const answer = await fetch(url, {method: 'POST', headers, body: JSON.stringify(body)});
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as CallAnswer<N>;
}

function contentBytes(entities: readonly PushedEntity[]): number {
  const sizes = entities
    .flatMap(({data, body}) => [data, body])
    .map((part) => (typeof part === 'string' ? part.length : 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}
