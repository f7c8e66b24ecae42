/**
 * The failures, each as what it does at which moment, so that two of them can befall one note together: while all is well;
 * on the disks, while nobody is connected; what people do then, in their order; while the devices are back and the server
 * isn't; when all is back.
 */
import {cp, rm} from 'node:fs/promises';
import {beginSignIn} from '../fixtures/accounts.ts';
import {MINUTE_MS, passTime, setClock} from '../fixtures/clocks.ts';
import {deleteNote} from '../fixtures/conflicts.ts';
import {type Harm, harmDevice, harmServer} from '../fixtures/damage.ts';
import {crashTab} from '../fixtures/device.ts';
import {openNote} from '../fixtures/notes.ts';
import {isSynced} from '../fixtures/sync-panel.ts';
import {expect} from '../fixtures/test.ts';
import {notesTree} from '../fixtures/tree.ts';
import {disconnect, giveName, type SharedNote, type Side, setSkew, type World, write} from './world.ts';

/** `here` is Desk and `there` Couch; of two of a kind the second has them the other way round. */
export interface Scene {
  readonly world: World;
  readonly here: Side;
  readonly there: Side;
  readonly note: SharedNote;
}

type Step = (scene: Scene) => Promise<void>;

export interface Failure {
  readonly name: string;
  /** There is one server, and it has one past. */
  readonly times?: 'once';
  /** `alone`: takes the note away, so that nothing else can be done to it. */
  readonly note?: 'alone';
  /** Only one side has the text; one side has it no more. What nobody has whole, no program brings back. */
  readonly copies?: 'one left' | 'one less';
  readonly before?: Step;
  readonly onDisks?: Step;
  /** By when, in no unit. */
  readonly acts?: Readonly<Record<number, Step>>;
  readonly away?: Step;
  /** Called before all is back; `nth`: which push of this side it waits for. Resolves to what is left to do then. */
  readonly strike?: (scene: Scene, nth: number) => Promise<() => Promise<void>>;
  /** Ends what asks for a person. */
  readonly after?: Step;
}

const writeHere: Step = ({world, here, note}) => write(world, here, note);
const writeThere: Step = ({world, there, note}) => write(world, there, note);
const runErrand: Step = ({world, here}) => write(world, here, world.errand);

const renameHere: Step = ({world, here, note}) => giveName(world, here, note);

const deleteHere: Step = async ({here, note}) => {
  const title = note.titles.get(here) ?? '';
  await openNote(here.device, title);
  await deleteNote(here.device, title);
};

const putBack: Failure = {
  name: 'the server is put back to an older copy',
  times: 'once',
  copies: 'one left',
  async before({world: {server}, world, here, there, note}) {
    await disconnect(there);
    await server.stop();
    await cp(server.dataDir, copyOf(server), {recursive: true});
    await server.start();
    await write(world, here, note);
    await isSynced(here.device);
  },
  async onDisks({world: {server}}) {
    await server.stop();
    await rm(server.dataDir, {recursive: true});
    await cp(copyOf(server), server.dataDir, {recursive: true});
    await rm(copyOf(server), {recursive: true});
    await server.start();
  },
  acts: {2: writeThere},
};

function copyOf({dataDir}: {readonly dataDir: string}): string {
  return `${dataDir}-copy`;
}

const HARMS: Readonly<Record<Harm, Pick<Failure, 'note'> & {readonly words: string}>> = {
  damaged: {words: 'a damaged text'},
  mislabelled: {words: 'a damaged hash'},
  forged: {words: 'a forged row'},
  lost: {words: 'a lost row', note: 'alone'},
};

function onDevice(harm: Harm): Failure {
  const {words, ...taken} = HARMS[harm];
  return {
    ...taken,
    name: `${words} on a device`,
    copies: 'one less',
    async onDisks({here, note: {id}}) {
      await harmDevice(here.device, harm, id, 'next');
      await here.device.page.reload();
    },
  };
}

function onServer(harm: Harm): Failure {
  const {words, ...taken} = HARMS[harm];
  return {
    ...taken,
    name: `${words} on the server`,
    onDisks: ({world, note: {id}}) => harmServer(world.server, harm, id, 'unread'),
  };
}

/** The app is opened again, and that is all. */
async function crash(side: Side): Promise<void> {
  const {page: crashed, context} = side.device;
  await crashTab(side.device);
  await crashed.close();
  const page = await context.newPage();
  side.device = {...side.device, page};
}

const pageKilled: Failure = {
  name: 'a page is killed in a push',
  acts: {5: runErrand},
  async strike({here}, nth) {
    const held = here.proxy.hold('sync/push', 'after', nth);
    return async () => {
      await held.arrived;
      await crash(here);
      held.drop();
      await here.device.page.goto(here.device.address);
    };
  },
};

const serverKilled: Failure = {
  name: 'the server is killed in a push',
  acts: {5: runErrand},
  async strike({world: {server}, here}, nth) {
    const held = here.proxy.hold('sync/push', 'before', nth);
    return async () => {
      await held.arrived;
      await server.kill();
      held.drop();
      await server.start();
    };
  },
};

const firstSyncKilled: Failure = {
  name: 'a page is killed in its first sync',
  async strike({world}) {
    const guest = await world.newSide(`Guest ${world.guests.length + 1}`);
    return async () => {
      const held = guest.proxy.hold('sync/pull', 'after', 2);
      await beginSignIn(guest.device);
      await held.arrived;
      await crash(guest);
      held.drop();
      await guest.device.page.goto(guest.device.address);
      await expect(notesTree(guest.device)).toBeVisible();
      world.guests.push(guest);
    };
  },
};

/** Every quarter of it each device has tried again. */
const hourAway: Failure = {
  name: 'the server is away for an hour',
  acts: {5: runErrand},
  async away({world: {desk, couch}}) {
    for (let quarter = 0; quarter < 4; quarter++) {
      for (const {device, proxy, skewMs} of [desk, couch]) {
        const tries = proxy.count('sync/hello');
        await passTime(device, 15 * MINUTE_MS);
        await setClock(device, skewMs);
        await expect.poll(() => proxy.count('sync/hello'), `${device.name} tries again`).toBeGreaterThan(tries);
      }
    }
  },
};

export const FAILURES: readonly Failure[] = [
  putBack,
  {name: 'an edit on both, newer there', acts: {1: writeHere, 2: writeThere}},
  {name: 'an edit on both, newer here', acts: {1: writeThere, 2: writeHere}},
  {
    name: 'a clock four minutes behind',
    before: ({here}) => setSkew(here, -4 * MINUTE_MS),
    acts: {1: writeThere, 2: writeHere},
    after: ({here}) => setSkew(here, 0),
  },
  {
    name: 'a clock six minutes ahead',
    before: ({there}) => setSkew(there, 6 * MINUTE_MS),
    acts: {2: writeThere},
    after: ({there}) => setSkew(there, 0),
  },
  {name: 'a rename here, an edit there', acts: {3: renameHere, 4: writeThere}},
  {name: 'an edit there, then deleted here', note: 'alone', acts: {1: writeThere, 9: deleteHere}},
  {name: 'deleted here, then an edit there', note: 'alone', acts: {7: deleteHere, 8: writeThere}},
  ...(['damaged', 'mislabelled', 'forged', 'lost'] as const).flatMap((harm) => [onDevice(harm), onServer(harm)]),
  pageKilled,
  serverKilled,
  firstSyncKilled,
  hourAway,
];
