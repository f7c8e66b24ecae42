/** What was done, in order, for whoever reads a failure; and how often, for the summary. */

const KEPT_LINES = 20_000;
const LINE_CHARS = 400;

export interface Journal {
  note(who: string, what: string): void;
  count(what: string): void;
  /** `8 server, 5 page`; the most frequent first. */
  counts(): string;
  total(...whats: readonly string[]): number;
  /** Seconds since the start, who and what. */
  last(lines: number): string;
}

export function createJournal(): Journal {
  const startMs = Date.now();
  const lines: string[] = [];
  const countOf = new Map<string, number>();
  return {
    note(who, what) {
      lines.push(`${((Date.now() - startMs) / 1000).toFixed(2).padStart(7)} ${who}: ${what.slice(0, LINE_CHARS)}`);
      if (lines.length > KEPT_LINES) lines.shift();
    },
    count: (what) => void countOf.set(what, (countOf.get(what) ?? 0) + 1),
    counts: () => {
      const sorted = [...countOf].sort(([, one], [, other]) => other - one);
      return sorted.map(([what, count]) => `${count} ${what}`).join(', ');
    },
    total: (...whats) => whats.reduce((sum, what) => sum + (countOf.get(what) ?? 0), 0),
    last: (count) => lines.slice(-Math.min(count, lines.length)).join('\n'),
  };
}
