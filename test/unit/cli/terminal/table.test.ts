import { expect, test } from 'vitest';
import { fitted, painted, screenOf, type Screen } from '../../../../src/cli/terminal/screen.js';
import { table, type Column } from '../../../../src/cli/terminal/table.js';
import { runsTable } from '../../../../src/cli/tables.js';

interface Account {
  name: string;
  balance: string;
}

const columns: Column<Account>[] = [
  { title: 'Name', cell: ({ name }) => name, mayShrink: true, colour: () => 'green' },
  { title: 'Balance', cell: ({ balance }) => balance, rightAligned: true },
];
const pipe: Screen = { columns: undefined, colours: false };
const accounts: Account[] = [
  { name: '普通预金', balance: '1.00' },
  { name: 'Épargne', balance: '12345.00' },
  { name: '👩‍👩‍👧 Family', balance: '-5.00' },
];

test('columns line up under wide characters, accents and emoji', () => {
  expect(table(columns, accounts, pipe)).toBe(
    ['Name        Balance', '普通预金       1.00', 'Épargne    12345.00', '👩‍👩‍👧 Family     -5.00', ''].join('\n'),
  );
});

test('a narrow terminal cuts what may be cut, and no character in two', () => {
  const cut = table(columns, [{ name: '普通预金普通预金', balance: '1.00' }], { columns: 18, colours: false });
  expect(cut).toBe('Name       Balance\n普通预金…     1.00\n');
  expect(fitted('普通预金', 4)).toBe('普…');
  expect(fitted('abc', 3)).toBe('abc');
});

test('a terminal too narrow for the columns gets one field below the other, and every id whole', () => {
  const workflowId = 'account-details-5c000001-0000-4000-8000-000000000001';
  const run = {
    workflowId,
    runId: 'r',
    status: 'RUNNING',
    stage: undefined,
    since: undefined,
    institution: 'TD',
    lastFlinksCode: undefined,
  } as const;
  const lines = runsTable([run], { columns: 60, colours: false }).split('\n');
  expect(lines[0]).toBe(`Workflow id  ${workflowId}`);
  expect(lines).toContain('Institution  TD');
  expect(runsTable([run], pipe).split('\n')).toHaveLength(3);
});

test('a list says of a run that was ended from outside in which stage it was, and not that it is there', () => {
  const of = (status: 'RUNNING' | 'TERMINATED' | 'TIMED_OUT') => {
    const run = { workflowId: 'w', runId: 'r', status, stage: 'waitingForFlinks' as const };
    const shown = { ...run, since: undefined, institution: undefined, lastFlinksCode: undefined };
    return runsTable([shown], pipe).split('\n')[1];
  };
  expect(of('RUNNING')).toMatch(/RUNNING +waitingForFlinks/);
  expect(of('TERMINATED')).toMatch(/TERMINATED +was waitingForFlinks/);
  expect(of('TIMED_OUT')).toMatch(/TIMED_OUT +was waitingForFlinks/);
});

test('colours are for terminals that have them', () => {
  const colourful = { columns: 80, colours: true };
  expect(table(columns, accounts.slice(1, 2), colourful)).toContain('\u001b[32mÉpargne\u001b[39m  12345.00');
  expect(painted({ ...colourful, colours: false }, 'red', 'x')).toBe('x');
  const terminal = (colours: boolean) =>
    ({ isTTY: true, columns: 100, hasColors: () => colours }) as unknown as NodeJS.WriteStream;
  expect([true, false].map((colours) => screenOf(terminal(colours)))).toEqual([
    { columns: 100, colours: true },
    { columns: 100, colours: false },
  ]);
  expect(screenOf({ isTTY: false } as NodeJS.WriteStream)).toEqual(pipe);
});

test('a bank’s text cannot rewrite the screen or turn its direction', () => {
  const run = {
    workflowId: 'w\u001b[2J',
    runId: 'r',
    status: 'RUNNING',
    stage: undefined,
    since: undefined,
    institution: 'a\u202eb',
    lastFlinksCode: undefined,
  } as const;
  const shown = runsTable([run], pipe);
  for (const character of ['\u001b', '\u202e']) expect(shown).not.toContain(character);
});
