// What people see of results and lists.
import type { RunSummary } from '../client.js';
import type { RetrieveAccountDetailsResult } from '../contract.js';

type Account = RetrieveAccountDetailsResult['accounts'][number];

interface Column<Row> {
  title: string;
  cell: (row: Row) => string;
  rightAligned?: boolean;
}

/** The accounts of a result. Numbers show their last four digits only: screens get shared, and `--json` has the rest. */
export function accountsTable({ accounts, freshness }: RetrieveAccountDetailsResult): string {
  const { lastRefresh, cached, complete } = freshness;
  const age = lastRefresh === undefined ? 'time of refresh unknown' : `refreshed ${lastRefresh.slice(0, 19)} UTC`;
  const footer = `${cached ? 'stored data' : 'live data'}, ${age}, ${complete ? 'complete' : 'not complete yet'}`;
  return `${table(accountColumns, accounts)}\n${footer}\n`;
}

/** Runs, one a line. */
export const runsTable = (runs: readonly RunSummary[]): string =>
  runs.length === 0 ? 'No runs.\n' : `${table(runColumns, runs)}\n`;

const accountColumns: Column<Account>[] = [
  { title: 'Name', cell: ({ title }) => shown(title) },
  { title: 'Type', cell: ({ type }) => shown(type) },
  { title: 'Number', cell: maskedNumber },
  { title: 'Balance', rightAligned: true, cell: balance },
  { title: 'Currency', cell: ({ currency }) => shown(currency) },
  {
    title: 'Transactions',
    rightAligned: true,
    cell: ({ transactions }) => (Array.isArray(transactions) ? String(transactions.length) : '-'),
  },
];

const runColumns: Column<RunSummary>[] = [
  { title: 'Workflow id', cell: ({ workflowId }) => workflowId },
  { title: 'Status', cell: ({ status }) => status },
  { title: 'Stage', cell: ({ stage }) => shown(stage) },
  { title: 'Since', cell: ({ since }) => since?.toISOString() ?? '-' },
  { title: 'Institution', cell: ({ institution }) => shown(institution) },
  { title: 'Last code', cell: ({ lastFlinksCode }) => shown(lastFlinksCode) },
];

function table<Row>(columns: Column<Row>[], rows: readonly Row[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const line = (row: string[]): string =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return columns[index]?.rightAligned ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

/** Text from a bank goes to a terminal without its control characters, which could rewrite the screen. */
const shown = (value: unknown): string =>
  typeof value === 'string' && value !== '' ? value.replace(/\p{Cc}/gu, ' ') : '-';

function maskedNumber({ lastFourDigits, accountNumber }: Account): string {
  const known = [lastFourDigits, accountNumber].find((value) => typeof value === 'string' && value !== '');
  const digits = typeof known === 'string' ? known.replaceAll(/[^0-9A-Za-z]/g, '') : '';
  return digits === '' ? '-' : `****${digits.slice(-4)}`;
}

function balance({ balance }: Account): string {
  const current = typeof balance === 'object' && balance !== null && 'current' in balance ? balance.current : undefined;
  return typeof current === 'number' ? current.toFixed(2) : '-';
}
