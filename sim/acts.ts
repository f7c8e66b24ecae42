/** From a step of a schedule to what happens. Nothing here waits: what is begun goes on while time passes. */

import {ROOT_NOTE_ID} from '../protocol/ids.ts';
import {befalls, evict, isSettled, putBack} from './calamities.ts';
import {harmReplica, harmServer} from './damage.ts';
import {eraseDue} from './erasing.ts';
import {join} from './opening.ts';
import type {Replica, Tab} from './replica.ts';
import {replicaAt, type Scene, tabOf, unlessFailed} from './scene.ts';
import type {Act} from './steps.ts';

/** Acts that begin at once; time that passes is the simulation's. */
type Played = Exclude<Act, {type: 'days pass'}>;

export function play(scene: Scene, act: Played): void {
  const {server, replicas} = scene;
  switch (act.type) {
    case 'server clock':
      if (act.who === 'everybody') for (const {clock} of replicas) clock.offsetMs += act.skewMs - server.skewMs;
      server.skewMs = act.skewMs;
      scene.witness.clockSet();
      return;
    case 'crash server':
      server.life().endIn(act.points);
      return;
    case 'erase':
      eraseDue(scene);
      return;
    case 'copy':
      scene.copy ??= server.storage.copy();
      return;
    case 'put back':
      if (scene.copy !== null && befalls(scene, act.type)) putBack(scene, scene.copy, act.epoch);
      return;
    case 'evict':
      if (isSettled(scene, replicaAt(scene, act.replica)) && befalls(scene, act.type))
        evict(scene, replicaAt(scene, act.replica));
      return;
    case 'damage':
      if (!befalls(scene, act.type)) return;
      if (act.side < replicas.length)
        harmReplica(replicaAt(scene, act.side), server, act.entity, act.how, scene.harmed);
      else harmServer(server, replicas, act.entity, act.how, scene.harmed);
      return;
    case 'join':
      if (replicas.length < scene.schedule.replicas && server.isUp())
        void join(scene, 'with the account').catch(unlessFailed);
      return;
    case 'start':
      if (replicas.length < scene.schedule.replicas) void join(scene, act.where).catch(unlessFailed);
      return;
    default:
      playOnReplica(scene, replicaAt(scene, act.replica), act);
  }
}

type ReplicaAct = Extract<Played, {replica: number}> & Exclude<Act, {type: 'evict'}>;

function playOnReplica(scene: Scene, replica: Replica, act: ReplicaAct): void {
  switch (act.type) {
    case 'fault':
      replica.line.faults.push(act);
      return;
    case 'online':
      replica.setOnline(act.is);
      return;
    case 'full':
      replica.isFull = act.is;
      return;
    case 'clock':
      Object.assign(replica.clock, {offsetMs: act.offsetMs, drift: act.drift});
      return;
    case 'wake':
      replica.wake('send_and_fetch').endIn(act.points);
      return;
    case 'sign in':
      void replica.connect('sign in').catch(unlessFailed);
      return;
    case 'join account':
      void replica.connect('join account').catch(unlessFailed);
      return;
    case 'disconnect':
      void replica.disconnect().catch(unlessFailed);
      return;
    case 'hide':
    case 'show':
      tabOf(replica, act.tab).setVisible(act.type === 'show');
      return;
    case 'pause':
    case 'resume':
      void tabOf(replica, act.tab).control[act.type]().catch(unlessFailed);
      return;
    case 'verify':
      void tabOf(replica, act.tab).control.verify().catch(unlessFailed);
      return;
    case 'full sync':
      void tabOf(replica, act.tab).control.forceFullSync().catch(unlessFailed);
      return;
    case 'clock choice':
      void tabOf(replica, act.tab).control.chooseClock(act.choice).catch(unlessFailed);
      return;
    case 'crash tab':
      tabOf(replica, act.tab).life.endIn(act.points);
      return;
    case 'crash tab at':
      tabOf(replica, act.tab).life.endAt(act.point);
      return;
    case 'wake until':
      replica.wake('send_and_fetch').endAt(act.point);
      return;
    default:
      void write(scene, tabOf(replica, act.tab), act).catch(unlessFailed);
  }
}

type Writing = Extract<ReplicaAct, {note: number}>;

function write({person, notebook, schedule}: Scene, tab: Tab, act: Writing): Promise<void> {
  const {noteIds, branchIds} = notebook;
  const id = noteIds[act.note % Math.min(schedule.spread, noteIds.length)] ?? '';
  switch (act.type) {
    case 'write':
      return person.write(tab, id, act.part);
    case 'open':
      return person.open(tab, id);
    case 'create':
      return person.create(tab, act.note === 0 ? ROOT_NOTE_ID : id);
    case 'delete':
      return person.remove(tab, id);
    case 'restore':
      return person.restore(tab, id);
    case 'keep':
      return person.keep(tab, id);
    case 'tag':
      return person.tag(tab, id);
    case 'clone':
      return person.clone(tab, id, noteIds[(act.note * 5 + 1) % noteIds.length] ?? ROOT_NOTE_ID);
    case 'import':
      return person.importBatch(tab, act.note);
    case 'revision':
      return person.restoreRevision(tab, id, act.which);
    case 'resolve':
      return person.resolveConflict(tab, id, act.which, act.choice);
    case 'reorder': {
      const [branchId = '', before = ''] = [act.note, act.before].map((at) => branchIds[at % branchIds.length]);
      return person.reorder(tab, branchId, before);
    }
    case 'move': {
      const branchId = branchIds[act.note % branchIds.length] ?? '';
      return person.move(tab, branchId, noteIds[act.to % noteIds.length] ?? ROOT_NOTE_ID, act.key);
    }
  }
}
