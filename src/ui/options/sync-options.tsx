/** Options → Sync: which server, how to reach it, whether it works, whether both hold the same. */

import {useState} from 'react';
import type {ReplicaState} from '../../sync/ports.ts';
import {InsecureNote} from '../parts/insecure-note.tsx';
import {useStatus} from '../use-status.tsx';
import {Disconnect} from './disconnect.tsx';
import {FillServer} from './fill-server.tsx';
import {FullSync} from './full-sync.tsx';
import {OptionsPage} from './options-page.tsx';
import {ServerForm} from './server-form.tsx';
import {TestSync} from './test-sync.tsx';
import {VerifyEverything} from './verify-everything.tsx';

export function SyncOptions() {
  const {replica} = useStatus();
  return <OptionsPage title="Options">{replica === null ? null : <SyncConfiguration replica={replica} />}</OptionsPage>;
}

function SyncConfiguration({replica}: {readonly replica: ReplicaState}) {
  const saved = replica.server?.address ?? replica.address ?? '';
  const [address, setAddress] = useState(saved);
  return (
    <>
      <section className="page-part" aria-labelledby="sync-configuration">
        <h2 id="sync-configuration">Sync configuration</h2>
        <Standing replica={replica} />
        <ServerForm saved={saved} timeoutMs={replica.timeoutMs} onAddress={setAddress} />
        <InsecureNote />
      </section>
      {replica.server === null && saved !== '' ? (
        <FillServer key={saved} address={saved} deviceName={replica.deviceName} />
      ) : null}
      <section className="page-part" aria-labelledby="test-sync">
        <h2 id="test-sync">Test sync</h2>
        <TestSync address={address} />
      </section>
      <section className="page-part" aria-labelledby="verify">
        <h2 id="verify">Are all notes whole?</h2>
        <VerifyEverything />
      </section>
      {replica.server === null ? null : (
        <>
          <section className="page-part" aria-labelledby="full-sync">
            <h2 id="full-sync">Full sync</h2>
            <FullSync />
          </section>
          <section className="page-part" aria-labelledby="disconnect">
            <h2 id="disconnect">This server</h2>
            <Disconnect />
          </section>
        </>
      )}
    </>
  );
}

function Standing({replica}: {readonly replica: ReplicaState}) {
  if (replica.server === null)
    return <p>This notebook is on this device only. Enter the address of your server to sync it.</p>;
  return (
    <p>
      This device, <b>{replica.deviceName}</b>, belongs to the account <b>{replica.server.account.username}</b>.
    </p>
  );
}
