/** A first name for this device, from what the browser says of itself: "Firefox on Android". People may change it. */

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bEdgiOS\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\bChromium\//, 'Chromium'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPad/, 'iPad'],
  [/iPhone/, 'iPhone'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/Linux/, 'Linux'],
];

/** `brands`: `navigator.userAgentData.brands`, which tells Chromium from Chrome where the user agent doesn't. */
export function defaultDeviceName(userAgent: string, brands: readonly string[] = []): string {
  const browser = browserName(userAgent, brands);
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (system === undefined) return browser ?? 'This device';
  return browser === undefined ? system : `${browser} on ${system}`;
}

export function thisDeviceName(): string {
  const hints = (navigator as {readonly userAgentData?: {readonly brands?: readonly {readonly brand: string}[]}})
    .userAgentData;
  return defaultDeviceName(
    navigator.userAgent,
    hints?.brands?.map(({brand}) => brand),
  );
}

function browserName(userAgent: string, brands: readonly string[]): string | undefined {
  const name = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const isPlainChromium = brands.includes('Chromium') && !brands.includes('Google Chrome');
  return name === 'Chrome' && isPlainChromium ? 'Chromium' : name;
}
