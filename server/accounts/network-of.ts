/**
 * Whom a try is counted for: an IPv4 address, or the 64 bits of an IPv6 network, which one customer has all addresses of. Many
 * get more than one such network: their `site` is the 48 bits above.
 */

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

export interface Network {
  /** Null where the address isn't known. */
  readonly network: string | null;
  /** Of IPv4 null. */
  readonly site: string | null;
}

export function networkOf(address: string | null): Network {
  if (address === null) return {network: null, site: null};
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return {network: mapped ?? address, site: null};
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...new Array<string>(missing).fill('0'), ...after];
  return {network: `${groups.slice(0, 4).join(':')}::/64`, site: `${groups.slice(0, 3).join(':')}::/48`};
}

function groupsOf(text: string): string[] {
  return text.split(':').flatMap((group) => (group === '' ? [] : [group.toLowerCase().replace(/^0+(?=.)/, '')]));
}
