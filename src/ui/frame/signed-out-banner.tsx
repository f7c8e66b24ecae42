/** The notebook stays usable when the server no longer knows this device; this says what that means until it is mended. */

import {Link, useLocation} from 'wouter';
import {formatCount} from '../formats.ts';
import {Banner} from '../parts/banner.tsx';
import {useStatus} from '../use-status.tsx';

export function SignedOutBanner() {
  const status = useStatus();
  const [path] = useLocation();
  if (status.state !== 'signed_out' || path === '/login') return null;
  const verb = status.waiting === 1 ? 'waits' : 'wait';
  return (
    <section className="frame-banner" aria-label="Signed out">
      <Banner
        tone="warn"
        title={`Signed out: ${formatCount(status.waiting, 'change')} ${verb} on this device`}
        actions={
          <Link className="button button-normal" href="/login">
            Sign in
          </Link>
        }
      />
    </section>
  );
}
