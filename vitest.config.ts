import {playwright} from '@vitest/browser-playwright';
import {defineConfig} from 'vitest/config';
import {launchOptions} from './scripts/chromium.mjs';
import {version} from './scripts/version.ts';

const define = {__ASTER_VERSION__: JSON.stringify(version)};
/** A hung test ends; a slow machine is no failure. */
const SLOWEST_MACHINE_MS = 60_000;
const elsewhere = ['**/node_modules/**', 'dist/**', 'e2e/**'];

const LAZY_PACKAGES = [
  'dompurify',
  '@tiptap/core',
  '@tiptap/react',
  '@tiptap/starter-kit',
  '@tiptap/pm/model',
  '@tiptap/pm/state',
  '@tiptap/extension-highlight',
  '@tiptap/extension-image',
  '@tiptap/extension-list',
  '@tiptap/extension-table',
  '@tiptap/extension-text-align',
];

export default defineConfig({
  test: {
    api: {host: '127.0.0.1'},
    projects: [
      {
        define,
        test: {
          name: 'unit',
          testTimeout: SLOWEST_MACHINE_MS,
          hookTimeout: SLOWEST_MACHINE_MS,
          environment: 'node',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...elsewhere, '**/*.browser.test.{ts,tsx}'],
        },
      },
      {
        define,
        // Found late, any of these would make Vite reload the page under a running test.
        optimizeDeps: {include: LAZY_PACKAGES},
        test: {
          name: 'browser',
          testTimeout: SLOWEST_MACHINE_MS,
          hookTimeout: SLOWEST_MACHINE_MS,
          include: ['**/*.browser.test.{ts,tsx}'],
          exclude: elsewhere,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({launchOptions: launchOptions()}),
            instances: [{browser: 'chromium'}],
          },
        },
      },
    ],
  },
});
