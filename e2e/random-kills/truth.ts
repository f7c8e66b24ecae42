/**
 * What people wrote, on top of what, and what they saw as saved, as no program knows it. Every text and every title is one
 * of a kind. One is kept if it is current, in a revision, or an ancestor of one that is.
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
      const left = withAncestors(kept, parentOf);
      const lost = [...seenIn].filter(([value]) => !left.has(value));
      return lost.map(([value, seen]) => `"${value}", written ${writtenIn.get(value)}, seen as saved ${seen}`);
    },
    acknowledged: () => new Set(seenIn.keys()),
  };
}

function withAncestors(kept: ReadonlySet<string>, parentOf: ReadonlyMap<string, string>): ReadonlySet<string> {
  const left = new Set(kept);
  for (const value of kept) {
    for (let one = parentOf.get(value); one !== undefined && !left.has(one); one = parentOf.get(one)) left.add(one);
  }
  return left;
}
