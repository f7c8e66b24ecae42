/** Rows to messages. */

import type {PulledEntity} from '../../protocol/messages.ts';
import type {Stamp} from '../../protocol/stamp.ts';
import {encodeVersion, type LeaveOut} from '../../protocol/wire.ts';
import type {EntityRow} from '../storage/port.ts';

/** A body that wasn't read is left out. `displaced`: displaced.ts. */
export function encodeRow(row: EntityRow, leaveOut: LeaveOut = {}, displaced: readonly Stamp[] = []): PulledEntity {
  const told = displaced.length === 0 ? {} : {displaced: [...displaced]};
  return {...encodeVersion(row, leaveOut), seq: row.seq, ...told};
}
