/**
 * Builds the page and the service worker. Every address in the result is relative, so that one build works under any base
 * path: the server writes its own into index.html's <base>. scripts/build.mjs says where the result goes.
 */
import react from '@vitejs/plugin-react';
import {defineConfig} from 'vite';
import {VitePWA} from 'vite-plugin-pwa';
import {version} from './scripts/version.ts';

const ACCENT = '#5b5bd6';
const serverPort = process.env.PORT ?? '8080';

export default defineConfig({
  base: './',
  define: {__ASTER_VERSION__: JSON.stringify(version)},
  // The build for present-day browsers, a tenth smaller than the one that package.json names. One alias: one Dexie.
  resolve: {alias: {dexie: 'dexie/dist/modern/dexie.mjs'}},
  build: {outDir: 'dist/by-hand', target: 'es2023', assetsInlineLimit: 0, modulePreload: {polyfill: false}},
  server: {host: '127.0.0.1', proxy: {'/api': {target: `http://127.0.0.1:${serverPort}`}}},
  plugins: [
    react(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/sw',
      filename: 'service-worker.ts',
      includeManifestIcons: false,
      injectRegister: false,
      registerType: 'prompt',
      injectManifest: {
        globPatterns: ['**/*.{js,css,html,svg,woff2}'],
        maximumFileSizeToCacheInBytes: 5_000_000,
        rollupFormat: 'iife',
      },
      // No `id`: it would be resolved against the origin, and two of these under one host must be two apps.
      manifest: {
        name: 'Aster',
        short_name: 'Aster',
        description: 'Notes that work offline and sync through your own server',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#ffffff',
        theme_color: ACCENT,
        icons: [
          {src: './icon-192.png', sizes: '192x192', type: 'image/png'},
          {src: './icon-512.png', sizes: '512x512', type: 'image/png'},
          {src: './icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable'},
          {src: './icon-monochrome-512.png', sizes: '512x512', type: 'image/png', purpose: 'monochrome'},
          {src: './favicon.svg', sizes: 'any', type: 'image/svg+xml'},
        ],
      },
    }),
  ],
});
