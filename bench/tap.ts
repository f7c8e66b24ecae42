/** A wire that counts: everything that goes to the server at its address, and comes back, byte by byte, in the clear. */
import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';
import {freePort} from './server.ts';

export interface Traffic {
  readonly up: number;
  readonly down: number;
  /** Method and path, in order. */
  readonly requests: readonly string[];
}

export interface Tap {
  /** With a slash at the end: the server's, through this. */
  readonly address: string;
  /** What went through since this was last called. */
  take(): Traffic;
  close(): Promise<void>;
}

const REQUEST_LINE = /^(GET|POST) (\S+) HTTP\/1\.1\r$/gm;

export async function startTap(serverPort: number): Promise<Tap> {
  let [up, down] = [0, 0];
  let requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    near.on('data', (chunk) => {
      up += chunk.length;
      for (const [, method, path] of chunk.toString('latin1').matchAll(REQUEST_LINE))
        requests.push(`${method} ${path}`);
    });
    far.on('data', (chunk) => {
      down += chunk.length;
    });
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        (socket === near ? far : near).destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${port}/`,
    take() {
      const traffic = {up, down, requests};
      [up, down, requests] = [0, 0, []];
      return traffic;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
