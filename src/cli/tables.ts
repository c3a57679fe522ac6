// What people see of results and lists.
import { isOpen, type ListedRun } from '../client.js';
import type { RetrieveAccountDetailsResult } from '../contract.js';
import { shownId } from '../contract/copyable.js';
import { harmless } from '../contract/harmless.js';
import { screenOf, type Colour } from './terminal/screen.js';
import { table, type Column } from './terminal/table.js';

const stdout = () => screenOf(process.stdout);

type Account = RetrieveAccountDetailsResult['accounts'][number];

/** The accounts of a result. Numbers show their last four digits only: screens get shared, and `--json` has the rest. */
export function accountsTable({ accounts, freshness }: RetrieveAccountDetailsResult, screen = stdout()): string {
  const { lastRefresh, cached, complete } = freshness;
  const age =
    lastRefresh === undefined ? 'time of refresh unknown' : `refreshed ${harmless(lastRefresh.slice(0, 19))} UTC`;
  const footer = `${cached ? 'stored data' : 'live data'}, ${age}, ${complete ? 'complete' : 'not complete yet'}`;
  const listed = accounts.length === 0 ? 'No accounts.\n' : table(accountColumns, accounts, screen);
  return `${listed}${footer}\n`;
}

/** Runs, one a line. */
export const runsTable = (runs: readonly ListedRun[], screen = stdout()): string =>
  runs.length === 0 ? 'No runs.\n' : table(runColumns, runs, screen);

/** Green for what is done, red for what failed, yellow for what needs somebody. */
export function colourOfRun({ status, stage }: Pick<ListedRun, 'status' | 'stage'>): Colour | undefined {
  if (status === 'COMPLETED') return 'green';
  if (status === 'CANCELLED') return 'gray';
  if (!isOpen(status)) return 'red';
  return stage === 'awaitingAnswers' ? 'yellow' : 'cyan';
}

const accountColumns: Column<Account>[] = [
  { title: 'Name', mayShrink: true, cell: ({ title }) => shown(title) },
  { title: 'Type', mayShrink: true, cell: ({ type }) => shown(type) },
  { title: 'Number', cell: maskedNumber },
  { title: 'Balance', rightAligned: true, cell: balance },
  { title: 'Currency', cell: ({ currency }) => shown(currency) },
  {
    title: 'Transactions',
    rightAligned: true,
    cell: ({ transactions }) => (Array.isArray(transactions) ? String(transactions.length) : '-'),
  },
];

const runColumns: Column<ListedRun>[] = [
  { title: 'Workflow id', cell: ({ workflowId }) => shownId(workflowId) },
  { title: 'Status', cell: ({ status }) => status, colour: colourOfRun },
  { title: 'Stage', cell: ({ stage }) => shown(stage), colour: colourOfRun },
  { title: 'Since', cell: ({ since }) => since?.toISOString().replace(/\.\d+/, '') ?? '-' },
  { title: 'Institution', mayShrink: true, cell: ({ institution }) => shown(institution) },
  { title: 'Last code', mayShrink: true, cell: ({ lastFlinksCode }) => shown(lastFlinksCode) },
];

const shown = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : '-');

function maskedNumber({ lastFourDigits, accountNumber }: Account): string {
  const known = [lastFourDigits, accountNumber].find((value) => typeof value === 'string' && value !== '');
  const digits = typeof known === 'string' ? known.replaceAll(/[^0-9A-Za-z]/g, '') : '';
  return digits === '' ? '-' : `****${digits.slice(-4)}`;
}

function balance({ balance }: Account): string {
  const current = typeof balance === 'object' && balance !== null && 'current' in balance ? balance.current : undefined;
  return typeof current === 'number' ? current.toFixed(2) : '-';
}
