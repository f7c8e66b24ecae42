/** The `aster` command: picks what to run and wires it to the process. `npm run aster -- <command>`. */

import {startServer} from '../server/main.ts';
import {type Options, OptionsError, readOptions} from '../server/options.ts';

const USAGE = `usage: npm run aster -- <command>

  serve    run the server with the app
`;

const [command] = process.argv.slice(2);

if (command === 'serve') await serve();
else refuse(command === undefined ? USAGE : `unknown command: ${command}\n\n${USAGE}`);

/** Runs until a signal; further ones change nothing, as a terminal's Ctrl+C arrives both directly and through npm. */
async function serve(): Promise<void> {
  const options = readOptionsOrRefuse();
  if (options === undefined) return;
  process.umask(0o077); // notes are private: whatever folder they lie in, only this user reads them
  const server = await startServer(options, {print: (line) => process.stdout.write(`${line}\n`)});
  await new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve()).on('SIGTERM', () => resolve());
  });
  await server.close();
}

function readOptionsOrRefuse(): Options | undefined {
  try {
    return readOptions(process.env);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    refuse(`${error.message}\n`);
    return undefined;
  }
}

function refuse(text: string): void {
  process.stderr.write(text);
  process.exitCode = 2;
}
