/**
 * Random devices against the judge: saves, deletions, pushes whose request or answer is lost, that come late or twice. A device that
 * has nothing yet makes the note as all do. The oracle knows the true ancestry of every version, which no program does, and asks at the
 * end whether anything saved is gone; and all the time whether the stamp of an entity goes back.
 */

import fc from 'fast-check';
import {expect, it} from 'vitest';
import {utf8Text} from '../../protocol/bytes.ts';
import {addLeaf, bucketOf, EMPTY_BUCKET, isCounted, leafOf, rootDigest} from '../../protocol/digest.ts';
import type {Version} from '../../protocol/entity.ts';
import {type PulledEntity, type PushVerdict, pushAnswerSchema} from '../../protocol/messages.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {makeStamp, type Stamp} from '../../protocol/stamp.ts';
import {decodeVersion} from '../../protocol/wire.ts';
import {
  ASKED,
  createWorld,
  current,
  deletionOf,
  note,
  pushed,
  revisions,
  valueIn,
  type World,
} from '../testing/world.ts';

const DEVICES = ['aaaa', 'bbbb', 'cccc'] as const;
const IDS = ['note-1', 'note-2'] as const;
const ERASE_NEVER_MS = 1e12;

const step = fc.record({
  device: fc.integer({min: 0, max: DEVICES.length - 1}),
  id: fc.constantFrom(...IDS),
  skewMs: fc.integer({min: -200, max: 200}),
  act: fc.oneof(
    {weight: 4, arbitrary: fc.constant('save' as const)},
    {weight: 1, arbitrary: fc.constant('delete' as const)},
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'push',
        'push twice',
        'lose request',
        'lose answer',
        'hold request',
        'save while pushing',
      ),
    },
    {weight: 2, arbitrary: fc.constantFrom('pull' as const, 'deliver held' as const)},
  ),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Waiting {
  version: Version;
  base: Stamp | null;
  sent: Stamp[];
}

/** One device's copy of one note: the outbox rules of design section 5, without merging. */
interface Copy {
  row: Version | undefined;
  known: Stamp | null;
  waiting: Waiting | undefined;
  own: Stamp | null;
}

class Play {
  readonly world: World;
  /** By name: texts are unique within a note, but for the first. */
  readonly ancestors = new Map<string, ReadonlySet<string>>();
  readonly saved: string[] = [];
  readonly copies = new Map<string, Copy>();
  readonly held: {entity: unknown}[] = [];
  readonly local: Version[] = [];
  private readonly stamps = new Map<string, Stamp>();
  private texts = 0;

  constructor(world: World) {
    this.world = world;
  }

  copy(device: number, id: string): Copy {
    const key = `${device}:${id}`;
    const copy = this.copies.get(key) ?? {row: undefined, known: null, waiting: undefined, own: null};
    this.copies.set(key, copy);
    return copy;
  }

  async run(each: Step): Promise<void> {
    const copy = this.copy(each.device, each.id);
    this.world.clock.ms += 10;
    if (each.act === 'save') this.save(copy, each);
    else if (each.act === 'delete') this.remove(copy, each);
    else if (each.act === 'pull') await this.pull(copy, each.id);
    else if (each.act === 'deliver held') await this.deliver(this.held.shift());
    else await this.push(copy, each);
    await this.expectNoStampGoesBack();
  }

  private async expectNoStampGoesBack(): Promise<void> {
    for (const id of IDS) {
      const stamp = (await current(this.world, id))?.stamp ?? '';
      const before = this.stamps.get(id) ?? '';
      expect(stamp >= before, `${id} from ${before} to ${stamp}`).toBe(true);
      this.stamps.set(id, stamp);
    }
  }

  save(copy: Copy, {device, id, skewMs}: Step): void {
    const text = copy.row === undefined ? 'made alike' : `text ${this.texts++}`;
    this.write(copy, note({id, stamp: this.stampFor(copy, device, skewMs), text}), copy.row);
  }

  private remove(copy: Copy, {device, skewMs}: Step): void {
    if (copy.row === undefined || copy.row.deleted) return;
    this.write(
      copy,
      deletionOf(copy.row, this.stampFor(copy, device, skewMs), {eraseAfterMs: ERASE_NEVER_MS}),
      copy.row,
    );
  }

  private stampFor({own, known, row}: Copy, device: number, skewMs: number): Stamp {
    return makeStamp(this.world.clock.ms + skewMs, DEVICES[device] ?? 'aaaa', [own, known, row?.stamp]);
  }

  private write(copy: Copy, version: Version, parent: Version | undefined): void {
    const inherited = parent === undefined ? [] : (this.ancestors.get(nameOf(parent)) ?? []);
    this.ancestors.set(nameOf(version), new Set([nameOf(version), ...inherited]));
    if (!version.deleted) this.saved.push(nameOf(version)); // a deletion holds no text of its own
    copy.waiting = {
      version,
      base: copy.waiting?.base ?? (copy.waiting ? null : copy.known),
      sent: copy.waiting?.sent ?? [],
    };
    copy.row = version;
    copy.own = version.stamp;
  }

  private async push(copy: Copy, each: Step): Promise<void> {
    const {waiting} = copy;
    if (waiting === undefined) return;
    this.finishStamp(copy, waiting, each);
    const {version, base} = waiting;
    const entity = pushed(version, {base, sent: waiting.sent});
    if (!waiting.sent.includes(version.stamp)) waiting.sent.push(version.stamp);
    if (each.act === 'lose request') return;
    if (each.act === 'hold request') return void this.held.push({entity});
    let verdict = await this.deliver({entity});
    if (each.act === 'push twice') verdict = await this.deliver({entity});
    if (each.act === 'save while pushing') this.save(copy, each);
    if (each.act === 'lose answer' || verdict === undefined) return;
    this.answer(copy, version, verdict);
  }

  /** What was never sent gets a stamp above its base, which may have been told since. */
  private finishStamp(copy: Copy, waiting: Waiting, {device}: Step): void {
    const {version, base, sent} = waiting;
    if (sent.includes(version.stamp) || base === null || version.stamp > base) return;
    waiting.version = {...version, stamp: makeStamp(0, DEVICES[device] ?? 'aaaa', [base, ...sent])};
    copy.row = waiting.version;
    copy.own = waiting.version.stamp;
  }

  async deliver(request: {entity: unknown} | undefined): Promise<PushVerdict | undefined> {
    if (request === undefined) return undefined;
    const {core, device} = this.world;
    const answer = valueIn(await core.push(device, {...ASKED, entities: [request.entity]}));
    expect(pushAnswerSchema.safeParse(answer)).toMatchObject({success: true});
    return answer.verdicts[0];
  }

  private answer(copy: Copy, version: Version, verdict: PushVerdict): void {
    const {waiting} = copy;
    const isSame = waiting?.version.stamp === version.stamp;
    switch (verdict.type) {
      case 'applied':
      case 'won':
        copy.known = verdict.type === 'applied' ? verdict.currentStamp : version.stamp;
        if (isSame && copy.row !== undefined) copy.row = {...copy.row, stamp: copy.known};
        if (isSame) copy.waiting = undefined;
        else if (waiting) waiting.base = copy.known;
        return;
      case 'superseded':
        if (isSame && !verdict.descends) this.local.push(version);
        if (isSame) this.take(copy, verdict.current);
        else if (waiting && verdict.descends) waiting.base = version.stamp;
        return;
      case 'lost':
        if (isSame) this.take(copy, verdict.current);
        return;
      default:
        throw new Error(`unexpected: ${JSON.stringify(verdict)}`);
    }
  }

  private take(copy: Copy, entity: PulledEntity): void {
    copy.waiting = undefined;
    copy.row = whole(entity);
    copy.known = entity.stamp;
  }

  async pull(copy: Copy, id: string): Promise<void> {
    const entity = await current(this.world, id);
    if (entity === undefined) return;
    if (copy.waiting === undefined || copy.waiting.version.stamp === entity.stamp) this.take(copy, entity);
  }

  /** Everything that is on its way arrives, every device pushes and pulls until nothing waits. */
  async settle(): Promise<void> {
    while (this.held.length > 0) await this.deliver(this.held.shift());
    for (let round = 0; round < 4; round++) {
      for (const [device] of DEVICES.entries()) {
        for (const id of IDS) {
          const copy = this.copy(device, id);
          await this.push(copy, {device, id, skewMs: 0, act: 'push'});
          await this.pull(copy, id);
        }
      }
    }
    for (const version of this.local) await this.deliver({entity: pushed(revisionOf(version, 'conflict'))});
  }
}

/** One version of one note; a revision is named by what it revises. Deletions of one text are one. */
function nameOf({id, meta, body, deleted}: Version | PulledEntity): string {
  const text = typeof body === 'string' ? body : body instanceof Uint8Array ? utf8Text(body) : '';
  const [of, wasDeleted] = meta?.type === 'revision' ? [meta.of, meta.wasDeleted] : [id, deleted];
  return `${of} ${wasDeleted ? 'deleted' : 'live'} ${text}`;
}

function whole(entity: PulledEntity): Version {
  const received = valueIn(decodeVersion(entity));
  if (received.data === null) throw new Error('no data');
  return {...received, data: received.data};
}

it('nothing that was saved disappears, everybody ends the same, and the root is that of the rows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, {minLength: 3, maxLength: 40}), async (steps) => {
      const play = new Play(await createWorld());
      for (const each of steps) await play.run(each);
      await play.settle();
      await expectNothingLost(play);
      await expectAllSame(play);
      await expectDigestOfRows(play.world);
    }),
    {numRuns: 400},
  );
}, 60_000);

async function expectNothingLost({world, ancestors, saved}: Play): Promise<void> {
  const kept = [...(await revisions(world)), ...(await Promise.all(IDS.map((id) => current(world, id))))];
  const reachable = new Set(kept.flatMap((entity) => [...((entity && ancestors.get(nameOf(entity))) ?? [])]));
  expect(saved.filter((name) => !reachable.has(name))).toEqual([]);
}

async function expectAllSame({world, copies}: Play): Promise<void> {
  for (const [key, {row, waiting}] of copies) {
    const entity = await current(world, key.slice(key.indexOf(':') + 1));
    expect([key, waiting, row?.stamp]).toEqual([key, undefined, entity?.stamp]);
  }
}

async function expectDigestOfRows({core, device, storage}: World): Promise<void> {
  const buckets = Array.from({length: 256}, () => EMPTY_BUCKET);
  const rows = [...(storage.tables.entities.get(device.accountId)?.values() ?? [])].map(({row}) => row);
  for (const row of rows.filter(isCounted)) {
    const index = bucketOf(row.id);
    buckets[index] = addLeaf(buckets[index] ?? EMPTY_BUCKET, leafOf(row));
  }
  const {root, head} = await core.standing(device.accountId);
  expect(root).toBe(rootDigest((index) => buckets[index]));
  expect(Math.max(0, ...rows.map(({seq}) => seq))).toBe(head.seq);
  expect(new Set(rows.map(({seq}) => seq)).size).toBe(rows.length);
}
