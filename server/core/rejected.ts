/** Refusing a request, or one entity of it by whatever name it gave. */

import type * as z from 'zod/mini';
import type {RejectionType} from '../../protocol/errors.ts';
import type {PushVerdict} from '../../protocol/messages.ts';

export type Rejected = PushVerdict & {readonly type: 'rejected'};

interface Named {
  readonly kind: string;
  readonly id: string;
  readonly stamp: string;
}

export function rejected({kind, id, stamp}: Named, type: RejectionType, message: string): Rejected {
  return {kind, id, stamp, type: 'rejected', error: {type, message}};
}

const MAX_FAULTS = 5;

/** Where and what, without the values, which may be secret. A few of them: a request has room for a million. */
export function faultsIn({issues}: z.core.$ZodError): string {
  const faults = issues.slice(0, MAX_FAULTS).map(({path, message}) => `${path.join('.') || 'all'}: ${message}`);
  return faults.join('; ').slice(0, 500);
}

/** What can be told of an entity that can't be read. */
export function nameIn(raw: unknown): Named {
  const members = typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : {};
  const textOf = (value: unknown) => (typeof value === 'string' ? value.slice(0, 100) : '');
  return {kind: textOf(members.kind), id: textOf(members.id), stamp: textOf(members.stamp)};
}
