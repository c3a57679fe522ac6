import type { Reporter, TestModule } from 'vitest/node';
import type { PromiseRow } from './promise.js';

/** Ends a run of the chaos tests with one table of what each promise stood up to. */
export default class PromiseTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => {
        const { promise } = test.meta();
        return promise ? cells(promise, test.ok()) : [test.name, '', '', '', '', '', '', test.result().state];
      }),
    );
    const table = [['promise', 'cases', 'kills', 'lost', 'doubled', 'stuck', 'slowest recovery', 'held'], ...rows];
    const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
    const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | '));
    lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join(' | '));
    process.stdout.write(`\n${lines.map((line) => `| ${line} |`).join('\n')}\n`);
  }
}

const cells = (row: PromiseRow, ok: boolean): string[] => [
  row.note === undefined ? row.promise : `${row.promise} (${row.note})`,
  ...[row.cases, row.kills, row.lost, row.doubled, row.stuck].map(String),
  row.slowestRecoveryMs === undefined ? '' : `${(row.slowestRecoveryMs / 1_000).toFixed(1)} s`,
  ok ? 'yes' : 'NO',
];
