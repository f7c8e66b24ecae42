/** Whether a request speaks a protocol that this server does; asked before the request's shape, which may have changed. */

import type {SyncError} from '../../protocol/errors.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import {wireError} from './ports.ts';

/** `protocol`: a version or a range, as untrusted as it came. What is neither is left to the schemas. */
export function checkProtocol(protocol: unknown): SyncError | undefined {
  const range = rangeOf(protocol);
  if (range === undefined) return undefined;
  const told = `the app speaks ${range.min} to ${range.max}, this server ${PROTOCOL_RANGE.min} to ${PROTOCOL_RANGE.max}`;
  if (range.max < PROTOCOL_RANGE.min) return wireError('upgrade_needed', told, {side: 'app'});
  if (range.min > PROTOCOL_RANGE.max) return wireError('upgrade_needed', told, {side: 'server'});
  return undefined;
}

function rangeOf(protocol: unknown): {min: number; max: number} | undefined {
  if (typeof protocol === 'number') return {min: protocol, max: protocol};
  if (typeof protocol !== 'object' || protocol === null || !('min' in protocol) || !('max' in protocol))
    return undefined;
  const {min, max} = protocol;
  return typeof min === 'number' && typeof max === 'number' ? {min, max} : undefined;
}
