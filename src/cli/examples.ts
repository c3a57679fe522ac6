// Examples that the help of each command ends with.
import type { Command } from 'commander';
import { starterCommand } from '../contract/copyable.js';

const login = '5c000001-0000-4000-8000-000000000001';

const examples: Record<string, string[]> = {
  start: [
    `start --login-id ${login} --wait`,
    `start --login-id ${login} --mode live --days Days365`,
    'start --institution FlinksCapital --username jane --wait',
    'start --from-file logins.ndjson --check',
    'start --from-file logins.ndjson --wait --rate 20',
  ],
  answer: [`answer ${login}`, `answer ${login} <<< '{"What city were you born in?": "Montreal"}'`],
  status: [`status ${login}`, `status --workflow-id case-0142 --json`],
  watch: [`watch ${login}`, `watch ${login} --json --timeout "10 minutes"`],
  result: [`result ${login}`, `result ${login} --json > accounts.json`],
  cancel: [`cancel ${login}`],
  list: ['list --stage awaitingAnswers', 'list --institution FlinksCapital --limit 500 --json'],
  doctor: ['doctor', 'doctor --json'],
  forget: [`forget --login-id ${login} --delete-card`, 'forget --older-than "90 days" --yes'],
  deploy: ['deploy status', 'deploy set-current --build-id 2.0'],
  'deploy set-current': ['deploy set-current --build-id 2.0 --timeout "2 minutes"'],
  'deploy status': ['deploy status', 'deploy status --json'],
  'keys new': ['keys new', 'keys new --id 2026-07'],
  'keys list': ['keys list'],
};

const exitCodes = `
Exit codes: 0 done · 1 failed, refused or not there · 2 usage or configuration · 3 an answer is needed
            4 --timeout reached · 5 no Temporal server within 5 s · 130 stopped by Ctrl-C`;

/** Ends the help of every command below `program` with its examples, and its own with all exit codes. */
export function addExamples(program: Command): void {
  const some = ['start', 'answer', 'watch', 'list', 'doctor'].flatMap((name) => examples[name]?.slice(0, 1) ?? []);
  program.addHelpText('after', `${shown(some)}\n${exitCodes}`);
  const visit = (command: Command, path: string): void => {
    const own = examples[path];
    if (own) command.addHelpText('after', shown(own));
    for (const inner of command.commands) visit(inner, `${path} ${inner.name()}`.trim());
  };
  visit(program, '');
}

const shown = (lines: readonly string[]): string =>
  ['\nExamples:', ...lines.map((line) => `  $ ${starterCommand} ${line}`)].join('\n');
