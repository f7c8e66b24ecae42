import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createEventStreamParser} from './event-stream.ts';

function parse(...pieces: string[]): string[] {
  const events: string[] = [];
  const parser = createEventStreamParser((data) => events.push(data));
  for (const piece of pieces) parser.push(piece);
  return events;
}

describe('the event stream parser', () => {
  it('gives the data of each event', () => {
    expect(parse('data: one\n\ndata: two\n\n')).toEqual(['one', 'two']);
  });

  it('joins the lines of one event', () => {
    expect(parse('data: a\ndata\ndata:b\n\n')).toEqual(['a\n\nb']);
  });

  it('takes one space after the colon away, and no more', () => {
    expect(parse('data:  x: y \n\n')).toEqual([' x: y ']);
  });

  it('skips comments, names, ids, retry times and unknown fields', () => {
    expect(parse(': heartbeat\n\nevent: poke\nid: 7\nretry: 10\nother: x\ndata: {}\n\n')).toEqual(['{}']);
  });

  it('gives no event without data, and none that the stream cut off', () => {
    expect(parse('event: poke\n\ndata: cut')).toEqual([]);
    expect(parse('data: cut\n')).toEqual([]);
  });

  it('takes all three line ends', () => {
    expect(parse('data: a\r\n\r\ndata: b\r\rdata: c\n\n')).toEqual(['a', 'b', 'c']);
    expect(parse('data: a\r\n\r', '\ndata: b\r\n\r\n')).toEqual(['a', 'b']);
  });

  it('gives the same events however the text is cut into pieces', () => {
    const line = fc.constantFrom('data: x', 'data:', ': comment', 'event: poke', '', '', 'data: {"a":1}', 'data: é😀');
    const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), {maxLength: 30});
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200), {maxLength: 12}), (lines, cuts) => {
        const text = lines.map((parts) => parts.join('')).join('');
        const ends = [...cuts.filter((cut) => cut < text.length), text.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
        expect(parse(...pieces)).toEqual(parse(...text));
      }),
    );
  });

  it('gives up a line or an event that never ends', () => {
    const parser = createEventStreamParser(() => {});
    expect(parser.push('x'.repeat(60_000))).toBe('ok');
    expect(parser.push('x'.repeat(60_000))).toBe('too_long');
    const other = createEventStreamParser(() => {});
    const answers = Array.from({length: 40}, () => other.push(`data: ${'x'.repeat(4000)}\n`));
    expect(answers.at(-1)).toBe('too_long');
  });
});
