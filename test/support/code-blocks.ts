import { readFileSync } from 'node:fs';

/** The code blocks of this language under the heading of a Markdown page, in order. */
export function codeBlocks(page: string, heading: string, language: string): string[] {
  const sections = readFileSync(page, 'utf8').split(/^(?=## )/m);
  const section = sections.find((text) => text.startsWith(`## ${heading}\n`));
  if (section === undefined) throw new Error(`${page} has no section ${heading}.`);
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, written]) => written === language)
    .map(([, , code = '']) => code);
}
