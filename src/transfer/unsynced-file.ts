/**
 * The emergency export: everything that the server doesn't have yet as one JSON file, complete and readable by a person
 * without Aster. It needs nothing but what is given: no network, no server.
 */

import type {Version} from '../../protocol/entity.ts';
import type {SyncError} from '../../protocol/errors.ts';
import type {OutboxRow} from '../sync/ports.ts';
import {type JsonFile, localDate, makeJsonFile, versionToJson} from './json-file.ts';

/** A change as the outbox has it, and the version that waits; `body` null: the text isn't on this device. */
export interface UnsyncedChange {
  readonly title: string;
  readonly change: 'created' | 'edited' | 'deleted';
  readonly row: OutboxRow;
  readonly version: Version;
}

export interface UnsyncedFileInput {
  readonly pieces: AsyncIterable<readonly UnsyncedChange[]>;
  readonly app: string;
  readonly device: string;
  readonly server: {readonly address: string; readonly account: {readonly username: string}} | null;
  readonly nowMs: number;
  /** A refusal as people read it. */
  readonly refusalWords: (error: SyncError) => string;
}

const ABOUT =
  'Changes of an Aster notebook that its server did not have when this file was made, refused ones first. ' +
  '"text" is a note\u2019s text (HTML for formatted notes), "data" what else there is of it, "base" the version that ' +
  'was changed, "theirs" a newer version that the server told of meanwhile. What is not text is given as base64.';

const TEXT_MISSING = 'Not on this device: no change here touches it, and the server has it.';

export async function makeUnsyncedFile(input: UnsyncedFileInput): Promise<JsonFile> {
  const {pieces, app, device, server, nowMs, refusalWords} = input;
  const facts = {
    format: 'aster-unsynced-changes',
    formatVersion: 1,
    about: ABOUT,
    exported: new Date(nowMs).toISOString(),
    app,
    device,
    server: server?.address ?? null,
    account: server?.account.username ?? null,
  };
  return makeJsonFile(`aster-unsynced-changes-${localDate(nowMs)}.json`, facts, {
    name: 'changes',
    pieces,
    toJson: (change: UnsyncedChange) => changeToJson(change, refusalWords),
  });
}

function changeToJson({title, change, row, version}: UnsyncedChange, words: UnsyncedFileInput['refusalWords']) {
  const {kind, id, parked, base, baseVersion, theirs} = row;
  return {
    title,
    kind,
    id,
    change,
    edited: new Date(row.editedMs).toISOString(),
    waitingSince: new Date(row.queuedMs).toISOString(),
    tries: row.tries,
    refused: parked === null ? null : {type: parked.type, cause: words(parked)},
    ...versionToJson(version, TEXT_MISSING),
    base: baseVersion === null ? base && {stamp: base} : versionToJson(baseVersion, TEXT_MISSING),
    theirs: theirs === null ? null : versionToJson(theirs, TEXT_MISSING),
  };
}
