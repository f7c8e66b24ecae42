/**
 * Every failure that the reference doesn't survive together with every other one, and with itself on the other device. What
 * each of them does is in failure-pairs/failures.ts, alone it is in reference-failures.spec.ts and what that names.
 */
import {FAILURES} from './failure-pairs/failures.ts';
import {inflict} from './failure-pairs/inflict.ts';
import {createWorld} from './failure-pairs/world.ts';
import {DEEP} from './fixtures/deep.ts';
import {test} from './fixtures/test.ts';

test.use({serverOptions: {basePath: '/', timers: 'hurried'}});
// A guard against a test that hangs, not a measure.
test.describe.configure({timeout: 900_000});

for (const [index, failure] of FAILURES.entries()) {
  test(
    `${failure.name}, together with each of the others: it comes to rest, nothing is lost, all sides are equal`,
    DEEP,
    async ({server, newProxy, newDevice}) => {
      const world = await createWorld({server, newProxy, newDevice});
      for (const other of FAILURES.slice(failure.times === 'once' ? index + 1 : index)) {
        await test.step(`and ${other.name}`, () => inflict(world, [failure, other]));
      }
    },
  );
}
