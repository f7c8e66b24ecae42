/** Any number of tabs is one device: one round at a time, one stream of pokes, the same on every screen. */

import {setUpServer, signIn} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {appIsKept, crashTab, type Device, newTab} from './fixtures/device.ts';
import {createNote, isSaved, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {isSynced, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {treeItem} from './fixtures/tree.ts';

test('three tabs hold one stream of pokes, send each edit once, and all show it', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  const device = await newDevice('Desk', {at: faultProxy});
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Plan', 'One.');
  await isSynced(device);
  await appIsKept(device);
  const tabs = [device, await newTab(device), await newTab(device)];
  for (const tab of tabs) {
    await openNote(tab, 'Plan');
    await isSynced(tab);
  }
  await expect.poll(() => faultProxy.open('pokes')).toBe(1);
  for (const [index, tab] of tabs.entries()) {
    const pushes = faultProxy.count('sync/push');
    await textBox(tab).click();
    await tab.page.keyboard.press('ControlOrMeta+End');
    await tab.page.keyboard.insertText(` Tab ${index}.`);
    for (const other of tabs) await expect(textBox(other)).toContainText(`Tab ${index}.`);
    await isSynced(...tabs);
    await isSaved(tab);
    expect(faultProxy.count('sync/push') - pushes).toBe(1);
  }
  const observer = await observe(server, ACCOUNT);
  expect((await observer.note('Plan')).text).toBe('<p>One. Tab 0. Tab 1. Tab 2.</p>');
  expect(await observer.conflicts()).toEqual([]);
});

test(
  'all tabs say "Syncing" while one of them sends, and "Synced" afterwards',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'One.');
    await isSynced(device);
    const other = await newTab(device);
    await isSynced(other);
    const held = faultProxy.hold('sync/push', 'before');
    await replaceText(device, 'Two.');
    await held.arrived;
    for (const tab of [device, other]) await expect(status(tab)).toContainText('Syncing');
    await held.pass();
    await isSynced(device, other);
  },
);

/** As a sleeping phone does: nothing of the page runs, and nobody is told. What wakes it again. */
async function suspend({context, page}: Device): Promise<() => Promise<unknown>> {
  const session = await context.newCDPSession(page);
  const isPaused = new Promise((resolve) => session.once('Debugger.paused', resolve));
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await isPaused;
  return () => session.send('Debugger.disable');
}

for (const end of ['suspended', 'closed', 'crashed'] as const) {
  test(
    `a leading tab that is ${end} is replaced, in the middle of a round too`,
    DEEP,
    async ({server, faultProxy, newDevice}) => {
      const [first, reader] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
      await setUpServer(first, server.setupLink);
      await createNote(first, 'Plan', 'One.');
      await isSynced(first);
      await signIn(reader);
      const second = await newTab(first);
      await openNote(second, 'Plan');
      await isSynced(second);
      // The newest tab leads.
      const held = faultProxy.hold('sync/push', 'before');
      await replaceText(second, 'Two.');
      await held.arrived;
      const wake = end === 'suspended' ? await suspend(second) : null;
      if (end === 'closed') await second.page.close();
      if (end === 'crashed') await crashTab(second);
      await createNote(first, 'Made meanwhile', 'Three.');
      await expect(treeItem(reader, 'Made meanwhile')).toBeVisible({timeout: 30_000});
      await openNote(reader, 'Plan');
      await expect(textBox(reader)).toHaveText('Two.');
      await isSynced(first, reader);
      await wake?.();
      await expect.poll(() => faultProxy.open('pokes')).toBe(1);
      const observer = await observe(server, ACCOUNT);
      expect(await observer.conflicts()).toEqual([]);
      expect((await observer.notes()).filter(({title}) => title === 'Plan')).toHaveLength(1);
    },
  );
}
