/** Accounts full of generated notes: each size is made once per run and copied from then on. */
import {cp, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {type GeneratedNote, generateNotes} from './notes.ts';
import {fill, setUp} from './replica.ts';
import {type Server, startServer} from './server.ts';
import {temporaryFolder} from './temporary.ts';

export interface FilledServers {
  notes(count: number): readonly GeneratedNote[];
  /** Whoever asks for it removes it. */
  start(count: number): Promise<Server>;
  remove(): Promise<void>;
}

export async function createFilledServers(say: (words: string) => void): Promise<FilledServers> {
  const folder = await temporaryFolder('filled');
  const folderByCount = new Map<number, string>();
  let generated: readonly GeneratedNote[] = [];

  function notes(count: number): readonly GeneratedNote[] {
    if (generated.length !== count) generated = [...generateNotes(count)];
    return generated;
  }

  async function make(count: number): Promise<string> {
    const startMs = performance.now();
    const made = join(folder, String(count));
    const server = await startServer();
    try {
      await fill(await setUp(server.address), notes(count));
      await server.stop();
      await cp(server.dataDir, made, {recursive: true});
    } finally {
      await server.remove();
    }
    say(`filled a server with ${count} notes in ${Math.round((performance.now() - startMs) / 100) / 10} s`);
    return made;
  }

  return {
    notes,
    async start(count) {
      const made = folderByCount.get(count) ?? (await make(count));
      folderByCount.set(count, made);
      return startServer(made);
    },
    remove: () => rm(folder, {recursive: true, force: true}),
  };
}
