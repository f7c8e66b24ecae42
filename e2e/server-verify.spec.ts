/** `aster verify` beside a running server: it names what a disk did, and what it says to do about it helps. */

import {setUpServer} from './fixtures/accounts.ts';
import {aster} from './fixtures/aster.ts';
import {HARMS, type Harm, harmServer} from './fixtures/damage.ts';
import {DEEP} from './fixtures/deep.ts';
import {createNote} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

const SAYS: Readonly<Record<Harm, (id: string) => RegExp>> = {
  damaged: (id) => new RegExp(`note ${id}: what is stored fails its own hash`),
  mislabelled: (id) => new RegExp(`note ${id}: what is stored fails its own hash`),
  lost: () => /1 difference\.\n {2}digest \d+ of 256: not what the rows make/,
  forged: () => /note [\w-]+: at 4000, which no change has reached/,
};

test(
  'verify names a note that is damaged, mislabelled, lost or forged on the server, and one device puts it right as it says',
  DEEP,
  async ({server, newDevice}) => {
    test.slow();
    const device = await newDevice('Desk');
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);
    const observer = await observe(server, ACCOUNT);
    const {id} = await observer.note('Plan');
    await device.page.goto(`${device.address}options/sync`);
    for (const harm of HARMS) {
      await harmServer(server, harm, id);
      const found = await aster(server, 'verify');
      expect(found).toMatchObject({exitCode: 1, said: expect.stringMatching(SAYS[harm](id))});
      expect(found.said).toContain('open Options → Sync and press "Verify everything"');
      expect(found.said).not.toContain('As agreed');

      await isSynced(device);
      await device.page.getByRole('button', {name: 'Verify everything'}).click();
      await expect(device.page.getByRole('main').getByText('1 entry was damaged or missing')).toBeVisible();
      expect(await aster(server, 'verify')).toMatchObject({exitCode: 0});
      await allAreEqual(observer, device);
      await device.page.reload();
    }
  },
);
