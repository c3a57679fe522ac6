import { readFileSync } from 'node:fs';

/** The path to the package's folder. From compiled code it is one folder longer than from the sources. */
const folder = import.meta.url.endsWith('.ts') ? '../..' : '../../..';

/** The version of this program, from the package it is part of. */
export const ownVersion = (): string =>
  (JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')) as { version: string }).version;
