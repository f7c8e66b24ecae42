/** A server whose data folder was put back to an older copy by hand: the devices give it back what it lost. */
import {cp, rm} from 'node:fs/promises';
import {setUpServer, signIn} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {goOffline, goOnline} from './fixtures/device.ts';
import {createNote, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {closeRevisions, openRevisions} from './fixtures/revisions.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

test(
  'an older copy of the data and one device are today’s notes; what another device wrote meanwhile is kept',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Plan', 'As it was copied.');
    await isSynced(a);
    await signIn(b);
    await openNote(b, 'Plan');
    await isSynced(b);
    await goOffline(b);

    await server.stop();
    const copy = `${server.dataDir}-copy`;
    await cp(server.dataDir, copy, {recursive: true});
    await server.start();
    await replaceText(a, 'Saved after the copy.');
    await createNote(a, 'Diary', 'New after the copy.');
    await isSynced(a);
    await goOffline(a);

    await server.stop();
    await rm(server.dataDir, {recursive: true});
    await cp(copy, server.dataDir, {recursive: true});
    await server.start();
    await goOnline(b);
    await replaceText(b, 'Written on the older copy.');
    await isSynced(b);

    await goOnline(a);
    await isSynced(a);
    await openNote(b, 'Diary');
    await expect(textBox(b)).toHaveText('New after the copy.');
    for (const device of [a, b]) {
      await openNote(device, 'Plan');
      await expect(textBox(device)).toHaveText('Written on the older copy.');
      const dialog = await openRevisions(device);
      await dialog.getByRole('list', {name: 'Older versions'}).getByRole('button').first().click();
      await expect(dialog.getByRole('region', {name: 'This version'})).toContainText('Saved after the copy.');
      await closeRevisions(device);
    }
    const observer = await observe(server, ACCOUNT);
    await allAreEqual(observer, a, b);
  },
);
