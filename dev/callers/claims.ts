// Every line of the table “What differs between them” in docs/other-languages.md, and how it is tried.
import { readFileSync } from 'node:fs';
import type { Claim } from './claim.js';
import { programs } from './claims/programs.js';
import { fields } from './claims/fields.js';
import { starts } from './claims/starts.js';
import { failures } from './claims/failures.js';
import { codecs } from './claims/codecs.js';
import { updates } from './claims/updates.js';

/** In the order of the page. */
export const claims: Claim[] = [...programs, ...fields, ...starts, ...failures, ...codecs, ...updates];

/** A line as `linesOfPage` has it. */
export const lineOf = ({ caller, line }: Claim): string => `${caller}: ${line}`;

export const page = 'docs/other-languages.md';

/** The lines as they stand on the page, each as `caller: line`. */
export function linesOfPage(text = readFileSync(page, 'utf8')): string[] {
  const [, section = ''] = text.split('\n## What differs between them\n');
  const rows = section.split('\n## ')[0]?.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm) ?? [];
  return [...rows].map(([, caller, line]) => `${caller}: ${line}`).filter((row) => !/^(caller: |-+: -+)/.test(row));
}
