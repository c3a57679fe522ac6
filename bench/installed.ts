// Contenders whose packages are not the product's have a folder each, with a lockfile of its own.
import { createRequire } from 'node:module';

/** What a contender needs is not on this machine; the message says how to get it. */
export class NotInstalled extends Error {}

/** The path of a module or file as the programs in `bench/<folder>` find it. Throws `NotInstalled`. */
export function installedFor(folder: string, path: string): string {
  try {
    return createRequire(new URL(`./${folder}/package.json`, import.meta.url)).resolve(path);
  } catch (error) {
    throw new NotInstalled(`There is no ${path} here: npm run contenders --prefix bench`, { cause: error });
  }
}
