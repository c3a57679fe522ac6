// What a run with many polls leaves in the store: `npm run history --prefix bench`.
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { loginIdFor } from '../simulator/server.js';
import { milliseconds } from '../src/contract.js';
import { bareTemporal, product } from './contenders.js';
import { startFlinks } from './processes.js';
import { startBenchServer } from './servers.js';

const options = new Command('npm run history --prefix bench --')
  .description('Events and bytes, encrypted, of a run that polls until its deadline, beside a bare Temporal flow.')
  .option('--polls <n>', 'polls of the run', Number, 60)
  .option('--interval <duration>', 'between two polls', '1 second')
  .option('--json <file>', 'write the figures')
  .parse()
  .opts<{ polls: number; interval: string; json?: string }>();

const { interval } = options;
const flow = (n: number) => ({ loginId: loginIdFor('pending-for-ever', n), live: false, interval });
const flinks = await startFlinks();
const server = await startBenchServer('tuned');
const contenders = [await product(server, flinks.environment), await bareTemporal(server, flinks.environment)];
try {
  const deadline = `${options.polls * milliseconds(interval)} ms`;
  for (const [n, contender] of contenders.entries()) await contender.start({ ...flow(n), deadline });
  const polls = async (n: number): Promise<number> => {
    const counts = await fetch(`${flinks.url}/_simulator/counts?loginId=${flow(n).loginId}`);
    return ((await counts.json()) as { GetAccountsDetailAsync?: number }).GetAccountsDetailAsync ?? 0;
  };
  const giveUpAt = Date.now() + 3 * options.polls * milliseconds(interval);
  const results: Record<string, unknown> = {};
  for (const [n, contender] of contenders.entries()) {
    while ((await polls(n)) < options.polls && Date.now() < giveUpAt) await sleep(20);
    // The last reply is on its way into the history.
    await sleep(Math.min(500, milliseconds(interval) / 2));
    results[contender.name] = { polls: await polls(n), ...(await contender.history(flow(n))) };
  }
  console.table(results);
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  for (const contender of contenders) await contender.stop();
  await server.stop();
  await flinks.stop();
}
