import { loginIdFor, loginIdPrefix, SCENARIOS } from './scenarios.js';

/** One line of the table of scenarios. */
export interface ListedScenario {
  number: number;
  name: string;
  description: string;
  username: string;
  loginId: string;
  asksIn: '' | 'live' | 'live and cached';
}

/** Every scenario with its first LoginId and the modes in which it asks its questions. */
export function scenarioList(): ListedScenario[] {
  return SCENARIOS.map(({ number, name, description, username, rounds, asksCached }) => ({
    number,
    name,
    description,
    username,
    loginId: loginIdFor(name),
    asksIn: rounds.length === 0 ? '' : asksCached ? 'live and cached' : 'live',
  }));
}

export function scenarioText(): string {
  return scenarioList()
    .map(({ loginId, name, description }) => `${loginId}  ${name.padEnd(48)}  ${description}`)
    .join('\n');
}

/** The table as `prettier` formats it, so that a document can hold it word for word. */
export function scenarioMarkdown(): string {
  const rows = SCENARIOS.map((scenario, index) => {
    const asksIn = scenarioList()[index]?.asksIn ?? '';
    return [
      `\`${loginIdPrefix(scenario)}\``,
      `\`${scenario.name}\``,
      `\`${scenario.username}\``,
      asksIn,
      scenario.description,
    ];
  });
  const titles = ['LoginId', 'name', 'username', 'asks in', 'what happens'];
  const widths = titles.map((title, column) =>
    Math.max(...[titles, ...rows].map((row) => (row[column] ?? title).length)),
  );
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
