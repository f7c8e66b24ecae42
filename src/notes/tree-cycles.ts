/**
 * Cycles among branches: two devices that each move a note under the other's make one. In every cycle the branch with the
 * highest stamp is ignored, on every device alike and whatever order the branches come in (design section 4).
 *
 * Branches that can be on no cycle are dropped first, in O(n): usually that is all of them. What stays is taken from the
 * highest stamp down; a branch is the highest of a cycle exactly when its parent can be reached below its note by what is
 * left. The cost is quadratic only in the branches on and between cycles.
 */

export interface Edge {
  readonly id: string;
  readonly note: string;
  readonly parent: string;
  readonly stamp: string;
}

export function ignoredInCycles(edges: readonly Edge[]): ReadonlySet<string> {
  const ignored = new Set<string>();
  const core = new Core(belowCycles(edges));
  for (const edge of core.edges().sort(byStampDown)) {
    if (!core.has(edge)) continue;
    if (core.leadsTo(edge.note, edge.parent)) ignored.add(edge.id);
    core.remove(edge);
  }
  return ignored;
}

/** Kahn's order from the top: what it doesn't reach is on a cycle or below one. */
function belowCycles(edges: readonly Edge[]): readonly Edge[] {
  const waiting = new Map<string, number>();
  for (const {note} of edges) waiting.set(note, (waiting.get(note) ?? 0) + 1);
  const down = Map.groupBy(edges, ({parent}) => parent);
  const open = [...down.keys()].filter((note) => !waiting.has(note));
  for (let note = open.pop(); note !== undefined; note = open.pop()) {
    for (const {note: child} of down.get(note) ?? []) {
      const left = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, left);
      if (left === 0) open.push(child);
    }
  }
  return edges.filter(({note}) => waiting.get(note) !== 0);
}

function byStampDown(a: Edge, b: Edge): number {
  if (a.stamp !== b.stamp) return a.stamp > b.stamp ? -1 : 1;
  return a.id > b.id ? -1 : 1;
}

/** The edges that may still be on a cycle: both ends have an edge in and an edge out. */
class Core {
  readonly #down = new Map<string, Set<Edge>>();
  readonly #up = new Map<string, Set<Edge>>();

  constructor(edges: readonly Edge[]) {
    for (const edge of edges) {
      setOf(this.#down, edge.parent).add(edge);
      setOf(this.#up, edge.note).add(edge);
    }
    this.#peel([...this.#down.keys(), ...this.#up.keys()]);
  }

  edges(): Edge[] {
    return [...this.#down.values()].flatMap((edges) => [...edges]);
  }

  has(edge: Edge): boolean {
    return this.#down.get(edge.parent)?.has(edge) === true;
  }

  remove(edge: Edge): void {
    this.#cut(edge);
    this.#peel([edge.parent, edge.note]);
  }

  leadsTo(start: string, goal: string): boolean {
    const seen = new Set([start]);
    const open = [start];
    for (let note = open.pop(); note !== undefined; note = open.pop()) {
      if (note === goal) return true;
      for (const {note: child} of this.#down.get(note) ?? []) {
        if (seen.has(child)) continue;
        seen.add(child);
        open.push(child);
      }
    }
    return false;
  }

  /** Removes what leads nowhere or comes from nowhere, and then what that leaves so. */
  #peel(suspects: string[]): void {
    for (let note = suspects.pop(); note !== undefined; note = suspects.pop()) {
      const down = this.#down.get(note);
      const up = this.#up.get(note);
      if (down?.size && up?.size) continue;
      for (const edge of [...(down ?? [])]) {
        this.#cut(edge);
        suspects.push(edge.note);
      }
      for (const edge of [...(up ?? [])]) {
        this.#cut(edge);
        suspects.push(edge.parent);
      }
    }
  }

  #cut(edge: Edge): void {
    this.#down.get(edge.parent)?.delete(edge);
    this.#up.get(edge.note)?.delete(edge);
  }
}

function setOf(map: Map<string, Set<Edge>>, note: string): Set<Edge> {
  const present = map.get(note);
  if (present !== undefined) return present;
  const made = new Set<Edge>();
  map.set(note, made);
  return made;
}
