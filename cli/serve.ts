/** `aster serve`: the server with the app, until a signal. */

import {readOptions} from '../server/options.ts';
import {type Command, DONE} from './command.ts';

export const serve: Command = {
  operands: [],
  summary: 'run the server with the app',
  help: `Runs until Ctrl+C or SIGTERM. Settings are environment variables: see docs/self-hosting.md.`,
  /** Further signals change nothing, as a terminal's Ctrl+C arrives both directly and through npm. */
  async run(_operands, {env, print}) {
    const {startServer} = await import('../server/main.ts'); // the other commands don't wait for what only serving needs
    const server = await startServer(readOptions(env), {print});
    await new Promise<void>((resolve) => {
      process.on('SIGINT', () => resolve()).on('SIGTERM', () => resolve());
    });
    await server.close();
    return DONE;
  },
};
