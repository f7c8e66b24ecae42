/** Proves that the rules of the house hold: each breaks when it is broken, and only then. */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {forbiddenImports} from './import-rules.ts';
import {nodePath, ROOT} from './process.mjs';

/** Imports by file: what its area may have, and what it may not. */
const IMPORTS: Record<string, {allowed: string[]; forbidden: string[]}> = {
  'protocol/messages.ts': {
    allowed: ['zod', 'zod/mini', '@noble/hashes/sha2.js', './entity.ts'],
    forbidden: ['dexie', 'react', 'node:crypto', '../src/sync/ports.ts', '../server/main.ts'],
  },
  'src/sync/round.ts': {
    allowed: ['./ports.ts', '../../protocol/stamp.ts'],
    forbidden: [
      'dexie',
      'react',
      'node:fs',
      '../db/store.ts',
      '../platform/locks.ts',
      '../notes/merge.ts',
      '../ui/app.tsx',
    ],
  },
  'src/notes/order.ts': {
    allowed: ['fractional-indexing', '../../protocol/entity.ts'],
    forbidden: ['dompurify', 'node:crypto', '../sync/ports.ts', '../db/store.ts', '../../server/main.ts'],
  },
  'src/db/dexie-store.ts': {
    allowed: ['dexie', '../sync/ports.ts', '../notes/order.ts', '../../protocol/entity.ts'],
    forbidden: ['react', '../sync/round.ts', '../platform/locks.ts', '../transfer/zip.ts', '../ui/app.tsx'],
  },
  'src/platform/fetch-transport.ts': {
    allowed: ['../sync/ports.ts', '../../protocol/messages.ts'],
    forbidden: [
      'react',
      'dexie',
      '../sync/round.ts',
      '../db/dexie-store.ts',
      '../transfer/zip.ts',
      '../../protocol/requests.ts',
    ],
  },
  'src/transfer/trilium/zip.ts': {
    allowed: ['fflate', 'dompurify', '../../sync/ports.ts', '../../notes/note-data.ts'],
    forbidden: ['react', 'dexie', '../../db/dexie-store.ts', '../../platform/locks.ts', '../../sync/round.ts'],
  },
  'src/ui/notebook/notebook.tsx': {
    allowed: [
      'react',
      '@tiptap/react',
      '../../db/repositories.ts',
      '../../notes/order.ts',
      '../sync/panel.tsx',
      './notebook.css',
    ],
    forbidden: [
      '../../db/schema.ts',
      'dexie',
      '../../sync/round.ts',
      '../../platform/fetch-transport.ts',
      '../../../server/main.ts',
      '../../sw/x.ts',
    ],
  },
  'src/sw/service-worker.ts': {
    allowed: ['zod/mini', '../sync/round.ts', '../db/dexie-store.ts', '../../protocol/version.ts'],
    forbidden: ['react', 'node:fs', '../../server/main.ts', '../../protocol/requests.ts'],
  },
  'src/main.tsx': {
    allowed: ['react-dom/client', './ui/app.tsx', './sync/round.ts', './db/x.ts', '../protocol/version.ts'],
    forbidden: ['dexie', 'node:fs', '../server/main.ts', '../replica/main.ts'],
  },
  'server/http/routes.ts': {
    allowed: [
      'fastify',
      '@fastify/static',
      'better-sqlite3',
      'node:fs',
      '../storage/port.ts',
      '../../protocol/messages.ts',
      '../../protocol/requests.ts',
    ],
    forbidden: ['react', 'dexie', '../../src/sync/ports.ts', '../../replica/main.ts', '../../cli/main.ts'],
  },
  'replica/store.ts': {
    allowed: ['better-sqlite3', 'node:fs', '../src/sync/round.ts', '../src/notes/order.ts', '../protocol/stamp.ts'],
    forbidden: ['dexie', '../src/db/dexie-store.ts', '../src/platform/locks.ts', '../server/main.ts'],
  },
  'cli/main.ts': {
    allowed: ['node:process', '../server/main.ts', '../replica/store.ts', '../protocol/version.ts'],
    forbidden: ['react', '../src/sync/round.ts', '../src/main.tsx'],
  },
  'sim/world.ts': {
    allowed: [
      'fast-check',
      '../src/sync/round.ts',
      '../src/notes/order.ts',
      '../server/core/push.ts',
      '../protocol/stamp.ts',
    ],
    forbidden: ['react', '../src/db/dexie-store.ts', '../server/http/routes.ts', '../server/main.ts'],
  },
  'e2e/first-light.spec.ts': {
    allowed: ['@playwright/test', 'node:fs', './server.ts'],
    forbidden: ['dexie', '../src/main.tsx', '../server/main.ts', '../protocol/stamp.ts'],
  },
  'bench/digest.ts': {
    allowed: ['@playwright/test', '../protocol/digest.ts', '../src/notes/order.ts', '../scripts/chromium.mjs'],
    forbidden: ['../src/db/dexie-store.ts', '../server/main.ts', '../e2e/fixtures/server.ts', '../scripts/build.mjs'],
  },
};

describe('who may import whom', () => {
  it.each(Object.entries(IMPORTS))('%s may import what its row allows', (file, {allowed}) => {
    expect(allowed.flatMap((from) => forbiddenImports(file, importing(from)))).toEqual([]);
  });

  it.each(Object.entries(IMPORTS))('%s may not import the rest', (file, {forbidden}) => {
    expect(forbidden.filter((from) => forbiddenImports(file, importing(from)).length === 0)).toEqual([]);
  });

  it('lets the screens have types of the engine and of transfers, and nothing that runs', () => {
    const file = 'src/ui/sync/panel.tsx';
    expect(forbiddenImports(file, `import type {Sync} from '../../sync/api.ts';`)).toEqual([]);
    expect(forbiddenImports(file, `import {type Plan} from '../../transfer/plan.ts';`)).toEqual([]);
    expect(forbiddenImports(file, `import {type Sync, start} from '../../sync/api.ts';`)).toHaveLength(1);
    expect(forbiddenImports(file, `import '../../sync/api.ts';`)).toHaveLength(1);
  });

  it.each([
    `export * from '../../server/main.ts';`,
    `export {x} from '../../server/main.ts';`,
    `const x = () => import('../../server/main.ts');`,
    `type X = import('../../server/main.ts').X;`,
    `import '../../server/main.ts';`,
  ])('sees %s', (source) => {
    expect(forbiddenImports('src/db/x.ts', source)).toHaveLength(1);
  });

  it('lets tests import what they need, and nothing else import tests', () => {
    const source = `import {x} from '../../server/core/push.ts';\nimport {it} from 'vitest';`;
    expect(forbiddenImports('src/sync/push.test.ts', source)).toEqual([]);
    expect(forbiddenImports('src/sync/testing/fake-store.ts', source)).toEqual([]);
    expect(forbiddenImports('src/sync/push.ts', `import {x} from './testing/fake-store.ts';`)).toHaveLength(1);
  });
});

describe('in a copy of the house', () => {
  let house = '';

  beforeAll(() => {
    house = mkdtempSync(join(tmpdir(), 'aster-house-'));
    symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'), 'junction');
    for (const file of ['biome.json', '.gitignore', 'scripts/no-randomness.grit', 'scripts/no-indexed-db.grit']) {
      put(house, file, readFileSync(join(ROOT, file), 'utf8'));
    }
  });
  afterAll(() => rmSync(house, {recursive: true, force: true}));

  it('lint refuses what it should, where it should, and nothing else', async () => {
    const bad: Record<string, string> = {
      'src/sync/any.ts': 'export const f = (x: any): unknown => x;',
      'src/sync/date.ts': 'export const f = () => Date.now();',
      'src/sync/random.ts': 'export const f = () => Math.random();',
      'src/notes/timer.ts': 'export const f = () => setTimeout(() => {}, 1);',
      'src/notes/log.ts': "export const f = () => console.log('x');",
      'protocol/crypto.ts': 'export const f = () => crypto.randomUUID();',
      'src/ui/fetch.ts': "export const f = () => fetch('x');",
      'src/db/events.ts': "export const f = () => new EventSource('x');",
      'src/platform/idb.ts': "export const f = () => indexedDB.open('x');",
      'server/floating.ts': 'const work = async () => 1;\nexport function f() {\n  work();\n}',
      'server/cycle-a.ts': "import {b} from './cycle-b.ts';\n\nexport const a = (): number => b();",
      'server/cycle-b.ts': "import {a} from './cycle-a.ts';\n\nexport const b = (): number => a();",
      'src/sync/x.test.ts': 'export const f = (x: any): unknown => x;',
    };
    const good: Record<string, string> = {
      'src/ui/date.ts': 'export const f = () => Date.now();',
      'src/platform/fetch.ts': "export const f = () => fetch('x');",
      'src/platform/random.ts': 'export const f = () => Math.random();',
      'src/db/idb.ts': "export const f = () => indexedDB.open('x');",
      'server/timer.ts': 'export const f = () => setTimeout(() => {}, 1);',
      'src/sync/y.test.ts': 'export const f = () => Date.now();',
    };
    for (const [file, source] of Object.entries({...bad, ...good})) put(house, file, `${source}\n`);
    const {stdout} = await node(
      house,
      'node_modules/@biomejs/biome/bin/biome',
      'lint',
      '--reporter=json',
      'src',
      'server',
      'protocol',
    );
    const {diagnostics} = JSON.parse(stdout) as {diagnostics: {severity: string; location: {path: string}}[]};
    const refused = new Set(
      diagnostics.filter(({severity}) => severity === 'error').map(({location}) => location.path),
    );
    expect([...refused].sort()).toEqual(Object.keys(bad).sort());
  });

  it('a global of another runtime does not compile', async () => {
    const cases: {project: string; file: string; good: string; bad: string[]}[] = [
      {
        project: 'pure',
        file: 'src/sync/x.ts',
        good: '[1].map(String)',
        bad: ['window', 'process', 'fetch', 'console', 'setTimeout', 'crypto', 'performance', 'document', 'Buffer'],
      },
      {project: 'app', file: 'src/ui/x.ts', good: 'window.document', bad: ['process', 'Buffer', 'require', 'clients']},
      {
        project: 'sw',
        file: 'src/sw/x.ts',
        good: 'self.location',
        bad: ['window', 'document', 'process', 'localStorage'],
      },
      {project: 'node', file: 'server/x.ts', good: 'process.env', bad: ['window', 'document', 'indexedDB']},
    ];
    cpSync(join(ROOT, 'tsconfig.base.json'), join(house, 'tsconfig.base.json'));
    for (const {project, file, good, bad} of cases) {
      const where = join(house, project);
      put(
        house,
        `${project}/${file}`,
        [good, ...bad].map((name, i) => `export const x${i}: unknown = ${name};`).join('\n'),
      );
      put(house, `${project}/src/globals.d.ts`, '');
      symlinkSync(join(ROOT, 'node_modules'), join(where, 'node_modules'), 'junction');
      for (const config of ['tsconfig.base.json', `tsconfig.${project}.json`])
        cpSync(join(ROOT, config), join(where, config));
      const tsc = 'node_modules/typescript/bin/tsc';
      const {stdout} = await node(
        where,
        tsc,
        '-p',
        `tsconfig.${project}.json`,
        '--pretty',
        'false',
        '--incremental',
        'false',
      );
      const refused = [...stdout.matchAll(/Cannot find name '(\w+)'/g)].map(([, name]) => name);
      expect(refused.sort(), stdout).toEqual(bad.sort());
    }
  });
});

function importing(from: string): string {
  return `import {x} from '${from}';\nx();\n`;
}

function put(root: string, file: string, content: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, content);
}

/** Runs a program of node_modules; that it fails is expected. */
function node(cwd: string, program: string, ...args: string[]): Promise<{stdout: string; stderr: string}> {
  return new Promise((resolve) => {
    execFile(nodePath(), [join(ROOT, program), ...args], {cwd}, (_error, stdout, stderr) => resolve({stdout, stderr}));
  });
}
