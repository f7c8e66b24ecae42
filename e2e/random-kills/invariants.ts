/** What must hold when all is back and synced: each fault in words, none where all is well. */
import {type DeviceRows, EMPTY_HASH, hashOf, type Row, rootOf} from './rows.ts';
import type {Truth} from './truth.ts';

export interface DeviceSide extends DeviceRows {
  readonly name: string;
  /** Exceptions that nothing caught. */
  readonly faults: readonly string[];
}

export interface ServerSide {
  readonly rows: readonly Row[];
  readonly root: string;
}

export function findFaults(server: ServerSide, devices: readonly DeviceSide[], truth: Truth): readonly string[] {
  const sides = [
    {name: 'the server', ...server},
    ...devices.map((device) => ({...device, root: device.state.lastCheck?.root})),
  ];
  return [
    ...sides.flatMap(({name, rows}) => [
      ...rows.flatMap(faultsOfRow).map((fault) => `${name}: ${fault}`),
      ...truth.lost(keptTexts(rows)).map((lost) => `${name} has lost ${lost}`),
    ]),
    ...sides
      .filter(({root, rows}) => root !== server.root || root !== rootOf(rows))
      .map(
        ({name, root, rows}) =>
          `${name} says root ${root}, its rows make ${rootOf(rows)}, the server says ${server.root}`,
      ),
    ...devices.flatMap((device) => [...differences(device, server.rows), ...unrest(device)]),
  ];
}

/** Texts and titles of all notes and revisions, deleted ones too. */
export function keptTexts(rows: readonly Row[]): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const {kind, data, body} of rows) {
    if (kind !== 'note' && kind !== 'revision') continue;
    kept.add(titleIn(data));
    kept.add((body ?? '').replaceAll(/<[^>]*>/g, ''));
  }
  return kept;
}

function titleIn(data: string): string {
  if (data === '') return '';
  return (JSON.parse(data) as {readonly title?: string}).title ?? '';
}

function faultsOfRow(row: Row): string[] {
  const name = `${row.kind} ${row.id} (${row.stamp})`;
  const hash = hashOf(row);
  if (hash === null) return [`${name} has no text here, but names one`];
  if (hash !== row.hash) return [`${name} has the hash ${row.hash}, its bytes make ${hash}`];
  return row.body === '' && row.parts.body !== EMPTY_HASH ? [`${name} has an empty text, but names one`] : [];
}

function differences({name, rows}: DeviceSide, there: readonly Row[]): string[] {
  const [here, onServer] = [linesByKey(rows), linesByKey(there)];
  return [...new Set([...here.keys(), ...onServer.keys()])].flatMap((key) => {
    const [one, other] = [here.get(key), onServer.get(key)];
    return one === other ? [] : [`${key} is ${one ?? 'absent'} on ${name}, ${other ?? 'absent'} on the server`];
  });
}

function linesByKey(rows: readonly Row[]): ReadonlyMap<string, string> {
  return new Map(
    rows.map(({kind, id, stamp, hash, deleted}) => [
      `${kind}:${id}`,
      `${stamp} ${hash} ${deleted ? 'deleted' : 'live'}`,
    ]),
  );
}

function unrest({name, outbox, state: {problem, unresolved, firstSync}, faults}: DeviceSide): string[] {
  return [
    ...outbox.map((row) => `${name} still waits to send ${row}`),
    ...(problem === null ? [] : [`${name} has a problem: ${JSON.stringify(problem)}`]),
    ...unresolved.map((one) => `${name} could not repair ${JSON.stringify(one)}`),
    ...(firstSync === null ? [] : [`${name} never ended its first sync`]),
    ...faults.map((fault) => `${name}: nothing caught ${fault}`),
  ];
}
