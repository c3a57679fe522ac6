import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { drawing, type FlowsFile, type WaitFile } from '../drawing.js';
import { themes, type Theme } from '../panel.js';

test('the picture names every contender, and shows polls that never came beyond its axis', () => {
  const spreadOf = (median: number) => ({ min: median, median, max: median });
  const cpu = {
    server: spreadOf(2),
    worker: spreadOf(1),
    database: spreadOf(0),
    client: spreadOf(0),
    flinks: spreadOf(0),
  };
  const svg = drawing(
    themes.light,
    {
      modes: {
        cached: {
          contenders: {
            'bare Temporal': { flowsPerSecond: spreadOf(10), cpu },
            'Us & <them>': { flowsPerSecond: spreadOf(15), cpu },
          },
        },
      },
    },
    {
      rows: [1_000, 2_000].map((runs) => ({
        waiter: 'product',
        runs,
        // As JSON has it.
        lateness: { p50: 0, p99: (runs === 1_000 ? 0.1 : null) as number, max: 0 },
        cpu: { server: 1, worker: 1, simulator: 0 },
      })),
    },
  );
  expect(svg).toContain('Us &amp; &lt;them&gt;');
  expect(svg).toContain('15.0 (1.50 × bare)');
  expect(svg).toContain('runs that wait at once');
  expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
});

test('the pictures in the docs are drawn from the figures that stand beside the program', async () => {
  const [flows, wait] = (await Promise.all(
    ['flows', 'wait'].map(async (name) => JSON.parse(await readFile(`bench/figures/${name}.json`, 'utf8')) as unknown),
  )) as [FlowsFile, WaitFile];
  // The library numbers its pictures and what is in them, over all that one process draws.
  const numbered = /zr\d+-\w+(-\d+)?/g;
  const kept = async (file: string) => (await readFile(file, 'utf8')).replaceAll(numbered, 'zr');
  const drawn = (theme: Theme) => drawing(theme, flows, wait).replaceAll(numbered, 'zr');
  expect(drawn(themes.light)).toBe(await kept('docs/images/performance.svg'));
  expect(drawn(themes.dark)).toBe(await kept('docs/images/performance-dark.svg'));
});
