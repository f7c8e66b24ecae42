/** Where the browser of the tests is, and how it is started: shared by both test runners and by the installer. */
import {existsSync} from 'node:fs';

/** The shell first: the same engine without the browser's own windows (ADR 24). */
const SYSTEM_PATHS = [
  '/usr/lib/chromium/chromium-headless-shell', // Debian's script in /usr/bin stays its parent
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Chromiums that the machine may have, best first; PW_CHROMIUM alone when it is set. */
export function chromiumCandidates() {
  const chosen = process.env.PW_CHROMIUM;
  return chosen ? [chosen] : SYSTEM_PATHS.filter((path) => existsSync(path));
}

/** Quiet: nothing here calls home. Chromium's sandbox doesn't work for root. */
export function launchOptions() {
  const root = process.getuid?.() === 0;
  const executablePath = chromiumCandidates()[0];
  return {
    ...(executablePath === undefined ? {} : {executablePath}),
    chromiumSandbox: !root,
    args: [
      ...(root ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}
