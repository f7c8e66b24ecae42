import {describe, expect, test} from 'vitest';
import * as z from 'zod/mini';
import {utf8Bytes} from './bytes.ts';
import {canonicalJson} from './canonical.ts';
import {hashOf} from './hash.ts';
import {MAX_FETCH_REFS, MAX_NAME_CHARS, MAX_PASSWORD_CHARS, MAX_PUSH_ENTITIES, MAX_SENT_STAMPS} from './limits.ts';
import {
  CALLS,
  type CallName,
  errorAnswerSchema,
  pokeSchema,
  pulledEntitySchema,
  pushVerdictSchema,
  repairVerdictSchema,
  wireVersionSchema,
} from './messages.ts';
import {pushedEntitySchema, REQUESTS, returnedEntitySchema} from './requests.ts';
import {positionSchema} from './shapes.ts';
import {noteVersion, STAMP} from './testing/arbitrary.ts';
import {PROTOCOL_RANGE} from './version.ts';
import {encodeVersion} from './wire.ts';

/** The hash of all wire schemas, for each version of the protocol that was ever released. Lines are added, never changed. */
const HASH_BY_VERSION: Readonly<Record<number, string>> = {
  1: 'qivfxKI1RdDDjQx8lHYmJcTCZkTmj4scEGwynqLueG8',
  2: 'YYHO44g44R8fyp0LVraOnbEDYlSF5rTS6s_oxf33UDI',
  3: 'U1SSHT5rhNLSAcAe-9JgPctjuVAZ5ofU-yeIOt1f4po',
};

const NAMES = Object.keys(CALLS) as CallName[];
const NOT_SET_UP = {epoch: null, cursor: null, seen: null};
const ASKED = {protocol: 3, replica: 'replicaA', history: NOT_SET_UP};
const HASH = noteVersion().hash;
const STANDING = {account: 'account1', epoch: 'epoch-epoch', head: {seq: 3, mark: 'mark-mark'}, root: HASH};
const PUSHED = {...encodeVersion(noteVersion()), base: null, sent: []};
const PULLED = {...encodeVersion(noteVersion()), seq: 3};
const NAMED = {kind: 'note', id: 'note1', stamp: STAMP};

const EXAMPLES: {readonly [N in CallName]: unknown} = {
  status: null,
  setup: {setupCode: 'code', username: 'ada', password: '12345678', deviceName: 'Laptop'},
  login: {username: 'ada', password: 'x', deviceName: 'Laptop'},
  hello: {protocol: {min: 3, max: 3}, replica: 'replicaA', history: NOT_SET_UP, t0: 1.5},
  push: {...ASKED, entities: [PUSHED]},
  pull: {...ASKED, lane: 'all', after: 0},
  fetch: {...ASKED, refs: [{kind: 'note', id: 'note1'}]},
  buckets: ASKED,
  items: {...ASKED, buckets: [{bucket: 255, prefixes: ['AAAAAAAAAAA']}]},
  repair: {...ASKED, buckets: [255], entities: [PULLED]},
};

const SESSION = {token: 'A'.repeat(43), account: {id: 'account1', username: 'ada'}, device: {id: 'device1', name: 'x'}};
const VERDICTS = [
  {...NAMED, type: 'applied', currentStamp: STAMP, seq: 1},
  {...NAMED, type: 'superseded', current: PULLED, descends: true},
  {...NAMED, type: 'won', other: PULLED, descendsFromBase: false, seq: 1, revision: null},
  {
    ...NAMED,
    type: 'lost',
    current: PULLED,
    descendsFromBase: false,
    revision: {id: 'rev1', stamp: STAMP, hash: HASH, seq: 1},
  },
  {...NAMED, type: 'parts_needed', current: null, descendsFromBase: false},
  {kind: '', id: '', stamp: '', type: 'rejected', error: {type: 'malformed_entity', message: ''}},
];
const REPAIR_VERDICTS = [
  {...NAMED, type: 'stored', seq: 1},
  {...NAMED, type: 'kept', current: PULLED},
  {kind: '', id: '', stamp: '', type: 'rejected', error: {type: 'wrong_hash', message: ''}},
];
const ANSWERS: {readonly [N in CallName]: unknown} = {
  status: {app: 'aster', version: '0.1.0', initialized: false, protocol: {min: 1, max: 1}, timeMs: 1},
  setup: SESSION,
  login: SESSION,
  hello: {...STANDING, floor: 0, protocol: {min: 1, max: 1}, t1: 1, t2: 2},
  push: {...STANDING, before: 2, verdicts: VERDICTS},
  pull: {
    ...STANDING,
    rows: [PULLED],
    bodies: [{kind: 'note', id: 'note1', hash: HASH, body: 'x'}],
    next: {seq: 3, mark: 'mark-mark'},
    done: true,
  },
  fetch: {...STANDING, rows: []},
  buckets: {...STANDING, digests: ''},
  items: {
    ...STANDING,
    rows: [],
    lacking: ['AAAAAAAAAAA'],
    damaged: [{kind: 'note', id: 'note1'}],
    lossy: [255],
    done: true,
  },
  repair: {...STANDING, before: 2, verdicts: REPAIR_VERDICTS},
};

function requestSchemaOf(name: CallName): z.ZodMiniType | null {
  return REQUESTS[name];
}

/** As canonical JSON Schema: a change of a limit, a pattern, a member or a route shows; a change of layout doesn't. */
function schemasHash(): string {
  const described = (schema: z.ZodMiniType | null) =>
    schema && z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'});
  const calls = NAMES.map((name) => {
    const {method, path, access, answer} = CALLS[name];
    return {name, method, path, access, request: described(requestSchemaOf(name)), answer: described(answer)};
  });
  const others = [pokeSchema, pushedEntitySchema, returnedEntitySchema, errorAnswerSchema].map(described);
  return hashOf(utf8Bytes(canonicalJson(JSON.parse(JSON.stringify({calls, others})))));
}

function accepts(schema: z.ZodMiniType | null, value: unknown): boolean {
  return schema !== null && z.safeParse(schema, value).success;
}

test('the wire is the one that its protocol version names', () => {
  const version = PROTOCOL_RANGE.max;
  const cure =
    'The wire schemas have changed. If this version was never released, put the new hash below. Else raise `max` in ' +
    'protocol/version.ts and add the new hash under the new version; `min` stays, if both sides still understand the ' +
    `older messages, else it is raised too. docs/protocol.md says what changed. Hash now: ${schemasHash()}`;
  expect(HASH_BY_VERSION[version], cure).toBe(schemasHash());
});

test('every version has a hash of its own', () => {
  const {min, max} = PROTOCOL_RANGE;
  const hashes = Object.values(HASH_BY_VERSION);
  expect(min).toBeLessThanOrEqual(max);
  expect(Object.keys(HASH_BY_VERSION)).toEqual(Array.from({length: max}, (_, i) => String(i + 1)));
  expect(new Set(hashes).size).toBe(hashes.length);
});

describe.each(NAMES)('%s', (name) => {
  const request = requestSchemaOf(name);

  test('takes its request and answer', () => {
    if (request !== null) expect(z.safeParse(request, EXAMPLES[name]).error).toBeUndefined();
    expect(z.safeParse(CALLS[name].answer as z.ZodMiniType, ANSWERS[name]).error).toBeUndefined();
  });

  test('drops the members that a newer side adds', () => {
    const newer = (value: unknown) => ({...(value as object), newer: {deep: 1}});
    if (request !== null) expect(z.parse(request, newer(EXAMPLES[name]))).not.toHaveProperty('newer');
    expect(z.parse(CALLS[name].answer as z.ZodMiniType, newer(ANSWERS[name]))).not.toHaveProperty('newer');
  });

  test('refuses what lacks any member that must be there', () => {
    const optional = ['total', 'last'];
    if (request !== null) {
      for (const key of Object.keys(EXAMPLES[name] as object)) {
        expect(accepts(request, {...(EXAMPLES[name] as object), [key]: undefined}), key).toBe(false);
      }
    }
    for (const key of Object.keys(ANSWERS[name] as object)) {
      const answer = {...(ANSWERS[name] as object), [key]: undefined};
      expect(accepts(CALLS[name].answer as z.ZodMiniType, answer), key).toBe(optional.includes(key));
    }
  });
});

describe('an entity', () => {
  test.each([
    ['an id with a slash', {id: '../note'}],
    ['an id that is too short', {id: 'abc'}],
    ['an id that is too long', {id: 'a'.repeat(33)}],
    ['no id', {id: undefined}],
    ['an unknown kind', {kind: 'blob'}],
    ['a stamp of another shape', {stamp: '2026-01-01T00:00:00Z'}],
    ['a stamp with a line more', {stamp: `${STAMP}\n`}],
    ['a base that is no stamp', {base: ''}],
    ['no base', {base: undefined}],
    ['a sent stamp that is none', {sent: ['x']}],
    ['deleted: false', {deleted: false}],
    ['a hash that is none', {hash: `${HASH}A`}],
    ['a part hash that can’t be decoded', {parts: {data: `${HASH.slice(0, 42)}B`}}],
    ['no part hashes', {parts: undefined}],
    ['data that is a number', {data: 5}],
    ['data that is null', {data: null}],
    ['meta of an unknown type', {meta: {type: 'other'}}],
    ['meta with a negative time', {meta: {type: 'tombstone', eraseAfterMs: -1}}],
    ['meta with a broken time', {meta: {type: 'tombstone', eraseAfterMs: 0.5}}],
    ['a revision’s meta of no entity', {meta: {type: 'revision', ofKind: 'note', stamp: STAMP, reason: 'edit'}}],
    ['an unknown reason', {meta: {type: 'revision', of: 'note1', ofKind: 'note', stamp: STAMP, reason: 'x'}}],
  ])('with %s is refused', (_, change) => {
    expect(accepts(pushedEntitySchema, PUSHED)).toBe(true);
    expect(accepts(pushedEntitySchema, {...PUSHED, ...change})).toBe(false);
  });

  test('drops unknown members, those of parts too', () => {
    const parts = {...PUSHED.parts, newer: HASH};
    expect(z.parse(pushedEntitySchema, {...PUSHED, parts, newer: 1})).toEqual(PUSHED);
    expect(z.parse(wireVersionSchema, PUSHED)).toEqual(encodeVersion(noteVersion()));
  });

  test('of millions of prefixes that are none is refused at the first of them', () => {
    const items = (prefixes: unknown) => ({...(EXAMPLES.items as object), buckets: [{bucket: 1, prefixes}]});
    expect(accepts(REQUESTS.items, items(['AAAAAAAAAAA']))).toBe(true);
    const {error} = z.safeParse(REQUESTS.items, items(new Array(5_000_000).fill(0)));
    expect(error?.issues).toHaveLength(1);
    for (const prefixes of [['AAAA'], 'AAAAAAAAAAA', [['AAAAAAAAAAA']]])
      expect(accepts(REQUESTS.items, items(prefixes))).toBe(false);
  });

  test.each([-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1, '1', null])('with seq %s is refused', (seq) => {
    expect(accepts(pulledEntitySchema, {...PULLED, seq})).toBe(false);
    expect(accepts(positionSchema, {seq, mark: 'mark-mark'})).toBe(false);
    expect(accepts(REQUESTS.pull, {...(EXAMPLES.pull as object), after: seq})).toBe(false);
  });

  test('that is no entity at all doesn’t spoil the push that it is in', () => {
    expect(accepts(REQUESTS.push, {...(EXAMPLES.push as object), entities: [PUSHED, null, {id: 5}]})).toBe(true);
  });
});

describe('limits', () => {
  test.each([
    [
      'entities of a push',
      REQUESTS.push,
      (many: number) => ({...ASKED, entities: Array(many).fill(PUSHED)}),
      MAX_PUSH_ENTITIES,
    ],
    [
      'sent stamps of an entity',
      pushedEntitySchema,
      (many: number) => ({...PUSHED, sent: Array(many).fill(STAMP)}),
      MAX_SENT_STAMPS,
    ],
    [
      'refs of a fetch',
      REQUESTS.fetch,
      (many: number) => ({...ASKED, refs: Array(many).fill({kind: 'note', id: 'note1'})}),
      MAX_FETCH_REFS,
    ],
    [
      'buckets of a comparison',
      REQUESTS.items,
      (many: number) => ({...ASKED, buckets: Array(many).fill({bucket: 0, prefixes: []})}),
      256,
    ],
    [
      'letters of a name',
      REQUESTS.login,
      (many: number) => ({...(EXAMPLES.login as object), username: 'a'.repeat(many)}),
      MAX_NAME_CHARS,
    ],
    [
      'letters of a password',
      REQUESTS.login,
      (many: number) => ({...(EXAMPLES.login as object), password: 'a'.repeat(many)}),
      MAX_PASSWORD_CHARS,
    ],
  ])('%s: as many as allowed, and not one more', (_, schema, make, most) => {
    expect(accepts(schema, make(most))).toBe(true);
    expect(accepts(schema, make(most + 1))).toBe(false);
  });

  test.each([
    ['a push of nothing', REQUESTS.push, {...ASKED, entities: []}],
    ['a fetch of nothing', REQUESTS.fetch, {...ASKED, refs: []}],
    ['a comparison of nothing', REQUESTS.items, {...ASKED, buckets: []}],
    ['a bucket beyond the last', REQUESTS.items, {...ASKED, buckets: [{bucket: 256, prefixes: []}]}],
    ['a short password for a new account', REQUESTS.setup, {...(EXAMPLES.setup as object), password: '1234567'}],
    ['a name without letters', REQUESTS.login, {...(EXAMPLES.login as object), username: ''}],
    ['a lane that there isn’t', REQUESTS.pull, {...(EXAMPLES.pull as object), lane: 'attributes'}],
    ['a mark with a space', positionSchema, {seq: 1, mark: 'mark mark'}],
  ])('%s is refused', (_, schema, value) => {
    expect(accepts(schema, value)).toBe(false);
  });
});

test.each(VERDICTS)('a verdict $type without its members is refused', (verdict) => {
  expect(accepts(pushVerdictSchema, verdict)).toBe(true);
  for (const key of Object.keys(verdict)) {
    expect(accepts(pushVerdictSchema, {...verdict, [key]: undefined}), key).toBe(false);
  }
});

test.each(REPAIR_VERDICTS)('a verdict of a repair, $type, without its members is refused', (verdict) => {
  expect(accepts(repairVerdictSchema, verdict)).toBe(true);
  for (const key of Object.keys(verdict)) {
    expect(accepts(repairVerdictSchema, {...verdict, [key]: undefined}), key).toBe(false);
  }
});

test('a poke is a standing, an error answer an error', () => {
  expect(accepts(pokeSchema, STANDING)).toBe(true);
  expect(accepts(pokeSchema, {...STANDING, root: 'x'})).toBe(false);
  expect(accepts(errorAnswerSchema, {error: {type: 'busy', message: '', retryAfterMs: 5}})).toBe(true);
  expect(accepts(errorAnswerSchema, {error: {type: 'offline', message: ''}})).toBe(false);
});
