import {expect, it} from 'vitest';
import {defaultDeviceName} from './device-name.ts';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0';

it.each([
  ['Chromium on Linux', `Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36`, ['Chromium', 'Not A Brand']],
  ['Chrome on Windows', `Mozilla/5.0 (Windows NT 10.0) ${CHROME} Safari/537.36`, ['Chromium', 'Google Chrome']],
  ['Chrome on Android', `Mozilla/5.0 (Linux; Android 16; Pixel 9) ${CHROME} Mobile Safari/537.36`, []],
  ['Edge on Mac', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME} Safari/537.36 Edg/156.0`, ['Chromium']],
  ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', []],
  [
    'Safari on iPhone',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    [],
  ],
  ['This device', 'curl/8', []],
])('a device is named %s', (name, userAgent, brands) => {
  expect(defaultDeviceName(userAgent, brands)).toBe(name);
});
