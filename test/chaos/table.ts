import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { PromiseRow } from '../support/promise.js';

/** Tells what each promise stood up to as soon as it is known, and ends a run of the chaos tests with one table of it all. */
export default class PromiseTable implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { promise } = test.meta();
    if (promise) process.stdout.write(`${JSON.stringify({ ...promise, held: test.ok() })}\n`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.flatMap((module) => {
      const tests = [...module.children.allTests()].filter((test) => test.result().state !== 'skipped');
      const rest = tests.filter((test) => !test.meta().promise);
      return [
        ...tests.flatMap((test) => {
          const { promise } = test.meta();
          return promise ? [cells(promise, test.ok())] : [];
        }),
        ...(rest.length > 0 ? [[module.relativeModuleId, String(rest.length), '', '', '', '', '', held(rest)]] : []),
      ];
    });
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

/** Tests of which nothing but their ending is told share a row. */
const held = (tests: readonly TestCase[]): string => {
  const broken = tests.filter((test) => !test.ok());
  return broken.length === 0 ? 'yes' : `NO: ${broken.map((test) => test.name).join('; ')}`;
};
