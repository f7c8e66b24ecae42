/**
 * Who may import whom: the table of the design, as data, and the check of one file against it.
 * Imports are resolved to paths before they are judged, so that a folder of the same name elsewhere doesn't matter.
 * Tests, contract suites and their helpers (`*.test.ts`, `*.contract.ts`, `testing/`) may import anything of ours.
 */
import {posix} from 'node:path';
import {parseSync} from 'vite';

export interface Area {
  /** The folder, or the file, that the rule is about. The longest that fits a file counts. */
  readonly at: string;
  /** Folders and files of ours that it may import, besides itself. */
  readonly ours: readonly string[];
  /** The same, for `import type` only. */
  readonly types?: readonly string[];
  /** Within what `ours` allows, what it may not. */
  readonly except?: readonly string[];
  /** Packages; `@scope/*` for all of a scope; `node:*` for what comes with Node; `*` for all. */
  readonly packages: readonly string[];
}

/** What the adapters see of the engine: its ports, how the notebook is changed, and the types that the screens get from it. */
const PORTS = ['ports', 'changes', 'api', 'probe', 'address-error'].map((name) => `src/sync/${name}.ts`);
/** What the app doesn't need to have in it: only the server reads requests (ADR 22). */
const FOR_THE_SERVER = ['protocol/requests.ts'];
const BROWSER_TESTS = ['@playwright/test', '@axe-core/playwright', 'fflate', 'node:*'];

export const AREAS: readonly Area[] = [
  {at: 'protocol', ours: [], packages: ['zod', '@noble/hashes']},
  {at: 'src/sync', ours: ['protocol'], except: FOR_THE_SERVER, packages: []},
  {at: 'src/notes', ours: ['protocol'], except: FOR_THE_SERVER, packages: ['zod', 'fractional-indexing']},
  {at: 'src/db', ours: ['protocol', 'src/notes', ...PORTS], except: FOR_THE_SERVER, packages: ['dexie']},
  {
    at: 'src/platform',
    ours: ['protocol', 'src/notes', 'src/sw/messages.ts', ...PORTS],
    except: FOR_THE_SERVER,
    packages: ['zod'],
  },
  {
    at: 'src/transfer',
    ours: ['protocol', 'src/notes', ...PORTS],
    except: FOR_THE_SERVER,
    packages: ['fflate', 'dompurify', 'zod'],
  },
  {
    at: 'src/ui',
    ours: ['protocol', 'src/db/repositories.ts', 'src/db/notebook-error.ts', 'src/notes', 'src/transfer'],
    types: ['src/sync'],
    except: FOR_THE_SERVER,
    packages: ['react', 'react-dom', 'wouter', 'dompurify', 'zod', '@tiptap/*'],
  },
  {at: 'src/sw', ours: ['src', 'protocol'], except: FOR_THE_SERVER, packages: ['zod']},
  {at: 'src', ours: ['src', 'protocol'], except: FOR_THE_SERVER, packages: ['react', 'react-dom', 'wouter']},
  {
    at: 'server',
    ours: ['protocol'],
    packages: ['fastify', '@fastify/*', 'better-sqlite3', '@node-rs/argon2', 'zod', 'node:*'],
  },
  {at: 'replica', ours: ['protocol', 'src/sync', 'src/notes'], packages: ['better-sqlite3', 'node:*']},
  {at: 'cli', ours: ['server', 'replica', 'protocol'], packages: ['node:*']},
  {
    at: 'sim',
    ours: ['protocol', 'src/sync', 'src/notes', 'server'],
    except: ['server/http', 'server/main.ts'],
    packages: ['fast-check', 'node:*'],
  },
  {at: 'e2e', ours: [], packages: BROWSER_TESTS},
  {at: 'bench', ours: ['protocol', 'src/sync', 'src/notes', 'scripts/chromium.mjs'], packages: BROWSER_TESTS},
  {at: 'scripts', ours: ['package.json'], packages: ['*']},
  {at: '', ours: ['scripts', 'package.json'], packages: ['*']},
];

const TEST_FILE = /(\.(test|contract)\.tsx?$)|(^|\/)testing\//;
const TYPE_OR_DYNAMIC_IMPORT = /\bimport\(\s*(['"])([^'"]+)\1\s*\)/g;

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

/** One sentence for each import of `file` (a path from the root, with slashes) that its area may not have. */
export function forbiddenImports(file: string, source: string): string[] {
  const area = areaOf(file);
  return importsOf(file, source)
    .filter((each) => !isAllowed(file, area, each))
    .map(
      ({from, typeOnly}) => `${file} imports ${typeOnly ? 'types of ' : ''}${from}: not for ${area.at || 'the root'}`,
    );
}

function isAllowed(file: string, area: Area, {from, typeOnly}: Import): boolean {
  const isTest = TEST_FILE.test(file);
  if (!from.startsWith('.')) return isTest || isAllowedPackage(area, from);
  const path = posix.join(posix.dirname(file), from);
  if (TEST_FILE.test(path)) return isTest;
  if (isTest || areaOf(path) === area) return true;
  const ours = typeOnly ? [...area.ours, ...(area.types ?? [])] : area.ours;
  return ours.some((each) => isWithin(path, each)) && !area.except?.some((each) => isWithin(path, each));
}

function isAllowedPackage({packages}: Area, from: string): boolean {
  const parts = from.split('/');
  const name = from.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
  return packages.some((each) => {
    if (each.endsWith('*')) return from.startsWith(each.slice(0, -1));
    return each === name;
  });
}

function areaOf(file: string): Area {
  const fitting = AREAS.filter(({at}) => isWithin(file, at));
  return fitting.reduce((best, area) => (area.at.length > best.at.length ? area : best));
}

function isWithin(path: string, place: string): boolean {
  return place === '' || path === place || path.startsWith(`${place}/`);
}

function importsOf(file: string, source: string): Import[] {
  const {module, errors} = parseSync(file, source);
  const fault = errors.find(({severity}) => severity === 'Error');
  if (fault) throw new Error(`${file} can't be read: ${fault.message}`);
  const statics = module.staticImports.map(({moduleRequest, entries}) => ({
    from: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every(({isType}) => isType),
  }));
  const exports = module.staticExports.flatMap(({entries}) =>
    entries.flatMap(({moduleRequest, isType}) =>
      moduleRequest ? [{from: moduleRequest.value, typeOnly: isType}] : [],
    ),
  );
  const others = [...source.matchAll(TYPE_OR_DYNAMIC_IMPORT)].map(([, , from]) => ({
    from: from ?? '',
    typeOnly: false,
  }));
  return [...statics, ...exports, ...others];
}
