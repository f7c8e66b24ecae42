/**
 * What people wrote, on top of what, and what they saw as saved, as no program knows it. Every text and every title is one
 * of a kind. One is kept if it is current, in a revision, or an ancestor of one that is; a text that nobody wrote is a merge,
 * and descends from every one whose new words it has.
 */

/** One keystroke's worth: what the field showed right before and right after it. */
export interface Edit {
  readonly before: string;
  readonly after: string;
}

export interface Truth {
  /** Words that nobody has written so far. */
  newWords(by: string): string;
  wrote(edit: Edit, where: string): void;
  /** Somebody was told that this is saved. Counts where it is something that was written here. */
  saw(value: string, where: string): void;
  /** Those of which nothing is left, given what is kept, with where they were written and seen. */
  lost(kept: ReadonlySet<string>): readonly string[];
  /** What was seen as saved. */
  acknowledged(): ReadonlySet<string>;
}

const WORDS = ['amber', 'birch', 'cedar', 'dune', 'ember', 'fjord', 'grove', 'heath', 'inlet', 'juniper'] as const;

/** As `newWords` makes them. */
const WRITTEN = /\S+ \d+ \w+/g;

export function createTruth(): Truth {
  const parentOf = new Map<string, string>();
  const writtenIn = new Map<string, string>();
  const seenIn = new Map<string, string>();
  let count = 0;
  return {
    newWords(by) {
      count += 1;
      return `${by} ${count} ${WORDS[count % WORDS.length]}`;
    },
    wrote({before, after}, where) {
      parentOf.set(after, before);
      writtenIn.set(after, where);
    },
    saw(value, where) {
      if (writtenIn.has(value) && !seenIn.has(value)) seenIn.set(value, where);
    },
    lost(kept) {
      const left = withMerged(kept, parentOf);
      const lost = [...seenIn].filter(([value]) => !left.has(value));
      return lost.map(([value, seen]) => `"${value}", written ${writtenIn.get(value)}, seen as saved ${seen}`);
    },
    acknowledged: () => new Set(seenIn.keys()),
  };
}

/** Until nothing is added: what was merged is often an ancestor of what somebody typed on. */
function withMerged(kept: ReadonlySet<string>, parentOf: ReadonlyMap<string, string>): ReadonlySet<string> {
  let left = withAncestors(kept, parentOf);
  for (let size = 0; size < left.size; ) {
    size = left.size;
    const merges = [...left].filter((value) => !parentOf.has(value));
    const merged = [...parentOf].flatMap(([after, before]) => (isIn(merges, after, before) ? [after] : []));
    left = withAncestors(new Set([...left, ...merged]), parentOf);
  }
  return left;
}

function isIn(merges: readonly string[], after: string, before: string): boolean {
  const words = (after.match(WRITTEN) ?? []).filter((one) => !before.includes(one));
  return words.length > 0 && merges.some((text) => words.every((one) => text.includes(one)));
}

function withAncestors(kept: ReadonlySet<string>, parentOf: ReadonlyMap<string, string>): ReadonlySet<string> {
  const left = new Set(kept);
  for (const value of kept) {
    for (let one = parentOf.get(value); one !== undefined && !left.has(one); one = parentOf.get(one)) left.add(one);
  }
  return left;
}
