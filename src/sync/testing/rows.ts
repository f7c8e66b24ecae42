/** Rows for tests of stores: whole, small, each with what its kind has. */

import {utf8Bytes} from '../../../protocol/bytes.ts';
import {type Head, makeVersion, toHead, type Version} from '../../../protocol/entity.ts';
import type {BodyRow, EntityRow, OutboxRow, ReplicaState} from '../ports.ts';
import {newReplicaState} from '../replica-state.ts';

export function stateOf(parts: Partial<ReplicaState>): ReplicaState {
  const known = {replica: 'abcdefghijklmnop', deviceName: 'device', createdMs: 1, address: null, server: null};
  return {...newReplicaState(known), timeoutMs: 1000, ...parts};
}

const DATA_BY_KIND = {
  note: '{"mime":"","title":"Title","type":"text"}',
  branch: '{"key":"a0","note":"n1","parent":"root"}',
  attribute: '{"inheritable":false,"name":"l","note":"n1","position":0,"type":"label","value":""}',
  attachment: '{"mime":"","note":"n1","position":0,"role":"file","title":""}',
  revision: '{"mime":"","title":"Old","type":"text"}',
  option: '{"key":"k","value":"v"}',
};

export function version(kind: Version['kind'], id: string, meta: Version['meta'] = null): Version {
  const deleted = meta?.type === 'tombstone';
  const stamp = '000000001-0000-abcdefgh';
  return makeVersion({kind, id, stamp, deleted, meta, data: utf8Bytes(DATA_BY_KIND[kind]), body: utf8Bytes('')});
}

function toRow(head: Head, parts: Partial<EntityRow>): EntityRow {
  return {...toHead(head), known: null, own: head.stamp, ownSent: null, revisedMs: null, ...parts};
}

export function entity(
  kind: Exclude<Version['kind'], 'revision'>,
  id: string,
  parts: Partial<EntityRow> = {},
): EntityRow {
  const known = {stamp: '000000001-0000-abcdefgh', hash: 'hash', seq: 1, counted: true};
  return toRow(version(kind, id), {known, ...parts});
}

export function revision(id: string, of: string, parts: Partial<EntityRow> = {}): EntityRow {
  return toRow(
    version('revision', id, {type: 'revision', of, ofKind: 'note', stamp: '000000001-0000-abcdefgh', reason: 'edit'}),
    parts,
  );
}

export function tombstone(kind: Version['kind'], id: string): EntityRow {
  return toRow(version(kind, id, {type: 'tombstone', eraseAfterMs: 5, of: 'n1'}), {});
}

export function bodyRow(kind: Version['kind'], id: string, text: string): BodyRow {
  return {kind, id, hash: 'hash', body: utf8Bytes(text)};
}

export function outboxRow(id: string, queuedMs: number, parts: Partial<OutboxRow> = {}): OutboxRow {
  return {
    kind: 'note',
    id,
    stamp: '000000001-0000-abcdefgh',
    base: null,
    baseVersion: null,
    editedMs: queuedMs,
    queuedMs,
    sent: [],
    theirs: null,
    tries: 0,
    parked: null,
    sendWhole: false,
    ...parts,
  };
}
