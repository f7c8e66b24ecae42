/** Passwords at rest: argon2id with 19 MiB and two passes (OWASP's recommendation), about 60 ms on one core. */

import {hash, verify} from '@node-rs/argon2';

export interface Passwords {
  hash(password: string): Promise<string>;
  /** False for a wrong password and for a stored hash that can't be read. */
  verify(stored: string, password: string): Promise<boolean>;
}

const ARGON2ID = 2;
const COST = {algorithm: ARGON2ID, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1};

export const argon2Passwords: Passwords = {
  hash: (password) => hash(normalize(password), COST),
  verify: async (stored, password) => {
    try {
      return await verify(stored, normalize(password));
    } catch {
      return false;
    }
  },
};

/** Keyboards differ in how they compose letters. */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
