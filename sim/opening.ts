/** Who is there: the server, the devices and their tabs. What dies is started again after a while, by whoever runs it. */

import {ROOT_NOTE_ID} from '../protocol/ids.ts';
import {eraseRegularly, watchOwnErasing} from './erasing.ts';
import {createReplica, type Replica, type Tab} from './replica.ts';
import {BACK_WITHIN_MS, MINUTE, ROUND_LIMIT_MS, type Scene, tabOf} from './scene.ts';

export async function begin(scene: Scene): Promise<void> {
  const {scheduler, schedule, person} = scene;
  await scheduler.until(startServer(scene), MINUTE);
  eraseRegularly(scene);
  // The last replica may join later, by a step.
  for (let index = 0; index < Math.max(2, schedule.replicas - 1); index++) await join(scene, 'with the account');
  const [first] = scene.replicas;
  if (first === undefined) throw new Error('no replica');
  for (let count = 0; count < 3; count++) await scheduler.until(person.create(tabOf(first, 0), ROOT_NOTE_ID), MINUTE);
  await scheduler.pass(MINUTE);
  for (const replica of scene.replicas) replica.line.faultOnceIn = schedule.faultOnceIn;
}

/** A server that died is started again after a while. */
async function startServer(scene: Scene): Promise<void> {
  const started = scene.server.start();
  scene.server.life().onEnd(() => {
    scene.scheduler.after(scene.random.int(BACK_WITHIN_MS), () => void startServer(scene));
  });
  await started;
}

/** With a notebook of its own, alone or on a server elsewhere, it joins the account when somebody says so. */
export async function join(scene: Scene, begins: 'with the account' | 'alone' | 'elsewhere'): Promise<void> {
  const {replicas, scheduler, schedule, server, elsewhere} = scene;
  const replica = createReplica(scene, `device ${replicas.length}`, begins === 'elsewhere' ? elsewhere : server);
  const ways = {
    'with the account': () => replica.connect(replicas.length === 0 ? 'set up' : 'sign in'),
    alone: () => replica.startAlone(),
    elsewhere: async () => {
      await elsewhere.start();
      await replica.connect('set up');
      await replica.sync();
    },
  };
  await scheduler.until(ways[begins](), ROUND_LIMIT_MS);
  const rows = () => replica.store.snapshot().entities.values();
  replica.store.watch(scene.witness.watchReplica(replica.name, rows, scene.server.floor));
  watchOwnErasing(scene, replica);
  replicas.push(replica);
  for (let tab = 0; tab < schedule.tabs; tab++) openTab(scene, replica, -1);
}

/** A tab that dies is opened again by its person after a while. */
function openTab(scene: Scene, replica: Replica, index: number): Tab {
  const at = index < 0 ? replica.tabs.length : index;
  const tab = replica.openTab(index);
  tab.life.onEnd(() => {
    scene.scheduler.after(scene.random.int(BACK_WITHIN_MS), () => openTab(scene, replica, at));
  });
  return tab;
}
