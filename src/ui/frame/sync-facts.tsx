/** Last sync, last hash check with both digests, last verification and scrub, clock offset, whose server. */

import type {SyncStatus} from '../../sync/api.ts';
import type {HashCheck} from '../../sync/ports.ts';
import {formatBytes, formatNumber, formatOffset, formatTime} from '../formats.ts';
import {Icon} from '../parts/icon.tsx';
import {scrubWords} from '../scrub-words.ts';
import {useNow} from '../use-now.ts';
import {verificationWords} from '../verification-words.ts';

export function Facts({status}: {readonly status: SyncStatus}) {
  const nowMs = useNow(10_000);
  const {replica, firstSync, lastSyncMs, lastCheck, lastVerification, clockOffsetMs} = status;
  return (
    <section className="panel-part" aria-label="State">
      <dl className="facts">
        {firstSync === null ? null : (
          <>
            <dt>First sync</dt>
            <dd className="numbers">
              {`${formatNumber(firstSync.received)} of ${formatNumber(firstSync.total)}, ${formatBytes(firstSync.bytes ?? 0)}`}
            </dd>
          </>
        )}
        <dt>Last sync</dt>
        <dd className="numbers">{lastSyncMs === null ? 'Not yet' : formatTime(lastSyncMs, nowMs)}</dd>
        <dt>Hash check</dt>
        <dd>{lastCheck === null ? 'Not yet' : <CheckResult check={lastCheck} nowMs={nowMs} />}</dd>
        {lastVerification === null ? null : (
          <>
            <dt>Verified</dt>
            <dd className="numbers">
              {formatTime(lastVerification.atMs, nowMs)}: {verificationWords(lastVerification, status).title}
            </dd>
          </>
        )}
        <ReadThrough status={status} nowMs={nowMs} />
        <dt>Clock</dt>
        <dd className="numbers">{clockOffsetMs === null ? 'Not measured yet' : formatOffset(clockOffsetMs)}</dd>
        <dt>Server</dt>
        <dd>{replica?.server?.address}</dd>
        <dt>Account</dt>
        <dd>{replica?.server?.account.username}</dd>
        <dt>This device</dt>
        <dd>{replica?.deviceName}</dd>
      </dl>
      {lastCheck === null ? null : <Digests check={lastCheck} />}
    </section>
  );
}

/** Of a notebook without a server: all there is to say. */
export function LocalFacts({status}: {readonly status: SyncStatus}) {
  const nowMs = useNow(10_000);
  return (
    <section className="panel-part" aria-label="State">
      <dl className="facts">
        <ReadThrough status={status} nowMs={nowMs} />
      </dl>
    </section>
  );
}

function ReadThrough({status, nowMs}: {readonly status: SyncStatus; readonly nowMs: number}) {
  return (
    <>
      <dt>Read through</dt>
      <dd className="numbers">{scrubWords(status, nowMs)}</dd>
    </>
  );
}

function CheckResult({check, nowMs}: {readonly check: HashCheck; readonly nowMs: number}) {
  const isEqual = check.result === 'equal';
  return (
    <span className={isEqual ? 'verdict verdict-good' : 'verdict verdict-bad'}>
      <Icon name={isEqual ? 'check' : 'alert'} />
      <span className="numbers">
        {isEqual ? 'Same as the server' : 'Not the same as the server'}, {formatTime(check.atMs, nowMs)}
      </span>
    </span>
  );
}

/** The whole digests: people compare two devices by them. The server's shows only where it differs. */
function Digests({check}: {readonly check: HashCheck}) {
  const id = 'root-digest';
  return (
    <div className="digests">
      <p className="small quiet" id={id}>
        Root digest
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a named group for one value; a fieldset is for input. */}
      <p className="digest" role="group" aria-labelledby={id} data-root={check.root}>
        {check.root}
      </p>
      {check.result === 'equal' ? null : (
        <>
          <p className="small quiet">The server’s</p>
          <p className="digest" data-server-root={check.serverRoot}>
            {check.serverRoot}
          </p>
        </>
      )}
    </div>
  );
}
