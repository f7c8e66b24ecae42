/** Rows to messages. */

import type {PulledEntity} from '../../protocol/messages.ts';
import {encodeVersion, type LeaveOut} from '../../protocol/wire.ts';
import type {EntityRow} from '../storage/port.ts';

/** A body that wasn't read is left out. */
export function encodeRow(row: EntityRow, leaveOut: LeaveOut = {}): PulledEntity {
  return {...encodeVersion(row, leaveOut), seq: row.seq};
}
