import {expect, test} from 'vitest';
import {utf8Text} from '../../protocol/bytes.ts';
import {canonicalBytes} from '../../protocol/canonical.ts';
import {NO_BYTES} from '../../protocol/entity.ts';
import {hashOf} from '../../protocol/hash.ts';
import {WELCOME_NOTE_ID, welcomeChanges} from './welcome.ts';

test('the welcome note has the same id and bytes on every device, for ever', () => {
  const shapes = welcomeChanges().map((change) => {
    if (change.type !== 'create') throw new Error('only creates');
    const {kind, id, data, body} = change;
    return {kind, id, data: utf8Text(data) ?? '', body: utf8Text(body ?? NO_BYTES) ?? ''};
  });
  // A new hash here means a new id: raise the number in WELCOME_NOTE_ID.
  expect([WELCOME_NOTE_ID, hashOf(canonicalBytes(shapes))]).toEqual([
    'KuitM_SRZHUH_iQa',
    'R_AI2SKoaCLuQFTeZF1kLJbXqG5XS44jImkTBFlRi28',
  ]);
});
