/**
 * The built app in a real browser. Each test starts its own server on a free port, with data of its own. Those tagged @deep
 * run where `E2E_DEEP` is set: `npm run test:deep`; those tagged @kill, which take all of the machine, where `KILL_MINUTES` is.
 */
import {defineConfig} from '@playwright/test';
import {launchOptions} from './scripts/chromium.mjs';

const LEFT_OUT = new RegExp(
  [
    '@phone',
    ...(process.env.E2E_DEEP === undefined ? ['@deep'] : []),
    ...(process.env.KILL_MINUTES === undefined ? ['@kill'] : []),
  ].join('|'),
);

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  // A guard against a test that hangs, not a measure: on a machine that others use, whole minutes pass in good ones.
  timeout: 150_000,
  expect: {timeout: 10_000},
  reporter: [['list']],
  use: {launchOptions: launchOptions(), serviceWorkers: 'allow', screenshot: 'only-on-failure'},
  projects: [
    {name: 'desktop', grepInvert: LEFT_OUT, use: {viewport: {width: 1280, height: 800}}},
    {
      name: 'phone',
      grep: /@phone/,
      use: {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, hasTouch: true, isMobile: true},
    },
  ],
});
