import { readFileSync } from 'node:fs';

/** What stands under a heading of a Markdown page, up to the next heading. */
function section(page: string, heading: string): string {
  const sections = readFileSync(page, 'utf8').split(/^#+ (?=[A-Z])/m);
  const found = sections.find((text) => text.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`${page} has no section ${heading}.`);
  return found;
}

/** The code blocks of this language under the heading, in order. */
export const codeBlocks = (page: string, heading: string, language: string): string[] =>
  [...section(page, heading).matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, written]) => written === language)
    .map(([, , code = '']) => code);

/** The rows of all tables under the heading, each as its cells without their marks for code. */
export function tableRows(page: string, heading: string): string[][] {
  const lines = section(page, heading).split('\n');
  const isRule = (line = ''): boolean => line.startsWith('| -');
  return lines
    .filter((line, index) => line.startsWith('| ') && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) => line.slice(1, -1).split(' | '))
    .map((cells) => cells.map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')));
}
