/** Plain http on a network address: browsers then allow no offline start. Says so and how to mend it; else nothing. */

import {Banner} from './banner.tsx';

export function InsecureNote() {
  if (isSecureContext) return null;
  return (
    <Banner tone="warn" title="This page is not on a secure connection.">
      <p>
        Notes are stored in this browser and sync works, but without TLS the browser doesn’t let Aster start offline,
        and others on this network can read what is sent.
      </p>
      <p>
        Put a reverse proxy with TLS before the server and open its <code>https://</code> address. On the server’s own
        machine <code>http://localhost</code> counts as secure.
      </p>
    </Banner>
  );
}
