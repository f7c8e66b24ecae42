/**
 * Draws the mark into public/: `node scripts/icons.ts`, after a change here. The mark is a five-petalled aster that is also
 * a star with five devices round one centre.
 */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {chromium} from '@playwright/test';
import {launchOptions} from './chromium.mjs';
import {ROOT} from './process.mjs';

const SIDE = 512;
const VIOLET = '#5b5bd6';
const PALE = '#a3a3f5';
const WHITE = '#ffffff';
const GOLD = '#f6c344';

interface Colours {
  readonly petal: string;
  readonly centre: string;
}

const PETAL = 'M256 246C190 200 178 84 256 24C334 84 322 200 256 246Z';

/** The devices are holes in the petals, so that the mark works in one colour too. */
function mark({petal, centre}: Colours, scale: number): string {
  const angles = [0, 72, 144, 216, 288];
  const device = 'M256 92a25 25 0 1 0 0 50a25 25 0 1 0 0-50Z';
  const petals = angles.map((angle) => `<path d="${PETAL}${device}" transform="rotate(${angle} 256 270)"/>`).join('');
  const place = `translate(256 256) scale(${scale}) translate(-256 -270)`;
  return `<g transform="${place}"><g class="petal" fill="${petal}" fill-rule="evenodd">${petals}</g><circle cx="256" cy="270" r="46" fill="${centre}"/></g>`;
}

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}">${content}</svg>\n`;
}

const onViolet = {petal: WHITE, centre: GOLD};
const ground = (radius: number) => `<rect width="${SIDE}" height="${SIDE}" rx="${radius}" fill="${VIOLET}"/>`;
const inDark = `<style>@media (prefers-color-scheme:dark){.petal{fill:${PALE}}}</style>`;

const rounded = svg(ground(112) + mark(onViolet, 0.78));
const fullBleed = svg(ground(0) + mark(onViolet, 0.62));
const monochrome = svg(mark({petal: WHITE, centre: WHITE}, 0.72));

const pictures = [
  {name: 'icon-192.png', side: 192, content: rounded},
  {name: 'icon-512.png', side: 512, content: rounded},
  {name: 'icon-180.png', side: 180, content: svg(ground(0) + mark(onViolet, 0.74))},
  {name: 'icon-maskable-512.png', side: 512, content: fullBleed},
  {name: 'icon-monochrome-512.png', side: 512, content: monochrome},
];

writeFileSync(join(ROOT, 'public/favicon.svg'), svg(inDark + mark({petal: VIOLET, centre: GOLD}, 1)));
const browser = await chromium.launch(launchOptions());
for (const {name, side, content} of pictures) {
  const page = await browser.newPage({viewport: {width: side, height: side}});
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${side}px}</style>${content}`);
  await page.screenshot({path: join(ROOT, 'public', name), omitBackground: true});
}
await browser.close();
