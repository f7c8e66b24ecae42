/**
 * Parser of `text/event-stream` (HTML standard, 9.2.6): text in pieces of any size in (a
 * TextDecoder has removed the byte order mark), events out. Only `data` matters here;
 * names, ids and retry times are skipped, as are comments, which keep a quiet stream alive.
 */

/** A poke is a few hundred characters; what never ends a line isn't ours. */
const MAX_EVENT_CHARS = 65_536;

export interface EventStreamParser {
  /** Calls for each event that this piece completes. `too_long`: give the stream up. */
  push(piece: string): 'ok' | 'too_long';
}

export function createEventStreamParser(onData: (data: string) => void): EventStreamParser {
  let held = '';
  let data: string[] = [];

  function takeLine(line: string): void {
    if (line === '') {
      const event = data.join('\n');
      const isEvent = data.length > 0;
      data = [];
      if (isEvent) onData(event);
      return;
    }
    const {field, value} = splitLine(line);
    if (field === 'data') data.push(value);
  }

  return {
    push(piece) {
      const {lines, rest} = splitLines(held + piece);
      held = rest;
      for (const line of lines) takeLine(line);
      const chars = data.reduce((sum, line) => sum + line.length + 1, held.length);
      return chars > MAX_EVENT_CHARS ? 'too_long' : 'ok';
    },
  };
}

/** Lines end with CRLF, LF or CR; a CR at the end may be the first half of a CRLF, and waits. */
function splitLines(text: string): {lines: string[]; rest: string} {
  const lines = text.split(/\r\n|\n|\r(?!$)/);
  const rest = lines.pop() ?? '';
  return {lines, rest};
}

function splitLine(line: string): {field: string; value: string} {
  const colon = line.indexOf(':');
  if (colon < 0) return {field: line, value: ''};
  const value = line.slice(colon + 1);
  return {field: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value};
}
