import { readFileSync } from 'node:fs';

/** The sources are one folder nearer to the package than what is compiled of them. */
const folder = import.meta.url.endsWith('.ts') ? '../..' : '../../..';

/** The version of this program, from the package it is part of. */
export const ownVersion = (): string =>
  (JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')) as { version: string }).version;
