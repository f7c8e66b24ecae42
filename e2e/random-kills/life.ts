/** A person goes on writing, naming, making, moving and deleting notes, whatever is killed around them. */
import {setTimeout as pause} from 'node:timers/promises';
import {ACTS, type Act} from './acts.ts';
import type {Person} from './person.ts';
import type {Random} from './random.ts';
import {Gone} from './tab.ts';

const LOOK_AGAIN_MS = 100;

/** Until it is over; what was begun is ended. */
export async function live(person: Person, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    if (person.desk.isUp()) await actOnce(person, draw(person.random));
    await pause(person.desk.isUp() ? person.random.between(0, 300) : LOOK_AGAIN_MS);
  }
}

async function actOnce(person: Person, {name: what, run}: Act): Promise<void> {
  const {name, desk, seat, journal} = person;
  try {
    const tab = await desk.tab(seat);
    await tab.during(() => run(person, tab));
    journal.count(what);
  } catch (error) {
    if (!(error instanceof Gone)) throw new Error(`${name} could not ${what}`, {cause: error});
    journal.note(name, `left off to ${what}: ${error.message}`);
  }
}

function draw(random: Random): Act {
  let left = random.int(ACTS.reduce((sum, {weight}) => sum + weight, 0));
  for (const act of ACTS) {
    left -= act.weight;
    if (left < 0) return act;
  }
  throw new Error('weights that add up to nothing');
}
