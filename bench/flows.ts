// Flows of several ways of doing the same, in one run and by turns: `npm run flows --prefix bench`.
import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Contender } from './contender.js';
import { bareTemporal, plainScript, product } from './contenders.js';
import { dbos } from './dbos/contender.js';
import { measureFlows } from './flow-figures.js';
import { flowTable, ratioTable } from './flow-tables.js';
import { NotInstalled } from './installed.js';
import { startFlinks } from './processes.js';
import { ratiosOf } from './ratios.js';
import { restate } from './restate/contender.js';
import { modes, type Mode } from './rounds.js';
import { serverKinds, startBenchServer, type BenchServer, type ServerKind } from './servers.js';

const list = (text: string): string[] => text.split(',');

function modeList(text: string): Mode[] {
  const wanted = list(text);
  const known = modes.filter((mode) => wanted.includes(mode));
  if (known.length === wanted.length) return known;
  throw new InvalidArgumentError(`There are only ${modes.join(' and ')}.`);
}

const options = new Command('npm run flows --prefix bench --')
  .description('Compares flows with a bare Temporal flow, a plain script, DBOS and Restate, by turns in one run.')
  .option('--rounds <n>', 'rounds by turns', Number, 5)
  .option('--flows <n>', 'flows of each contender a round', Number, 150)
  .option('--at-once <n>', 'flows in flight', Number, 10)
  .option('--idle <n>', 'flows one after the other, for the latency', Number, 60)
  .option('--mode <modes>', 'cached, live or both, comma-separated', modeList, ['cached'])
  .option('--only <names>', 'contenders, comma-separated', list, ['bare', 'product', 'script', 'dbos', 'restate'])
  .addOption(
    new Option('--server <kind>', 'Temporal server as this product starts it, as the CLI does, or each')
      .choices([...serverKinds, 'both'])
      .default('tuned'),
  )
  .option('--db-file', 'let the Temporal servers keep their runs in a database file', false)
  .option('--json <file>', 'write the figures')
  .parse()
  .opts<{
    rounds: number;
    flows: number;
    atOnce: number;
    idle: number;
    mode: Mode[];
    only: string[];
    server: ServerKind | 'both';
    dbFile: boolean;
    json?: string;
  }>();

const flinks = await startFlinks();
const servers: BenchServer[] = [];
const contenders: Contender[] = [];
try {
  for (const kind of serverKinds)
    if (options.server === kind || options.server === 'both')
      servers.push(await startBenchServer(kind, options.dbFile));
  const onEach = (begin: (server: BenchServer) => Promise<Contender>) => () => Promise.all(servers.map(begin));
  const ways: Record<string, () => Promise<Contender[]>> = {
    bare: onEach((server) => bareTemporal(server, flinks.environment)),
    product: onEach((server) => product(server, flinks.environment)),
    script: async () => [await plainScript(flinks.environment)],
    dbos: async () => [await dbos(flinks.environment)],
    restate: async () => [await restate(flinks.environment)],
  };
  for (const name of options.only) {
    const begin = ways[name];
    if (!begin) throw new Error(`There is no contender ${name}: ${Object.keys(ways).join(', ')}.`);
    try {
      contenders.push(...(await begin()));
    } catch (error) {
      if (!(error instanceof NotInstalled)) throw error;
      console.error(`Without ${name}. ${error.message}`);
    }
  }

  const { rounds, flows, atOnce, dbFile } = options;
  const results: Record<string, unknown> = {};
  for (const mode of options.mode) {
    const figures = await measureFlows(contenders, mode, flinks.pid, options);
    const ratios = ratiosOf(figures);
    results[mode] = { ratios, contenders: Object.fromEntries(figures) };
    console.log(`${mode}, ${flows} flows a round, ${atOnce} at once; min / median / max of ${rounds} rounds`);
    console.table(flowTable(figures));
    if (Object.keys(ratios).length > 0) console.table(ratioTable(ratios));
  }
  for (const { name, durability } of contenders) console.log(`${name}: ${durability}`);
  if (options.json) {
    const result = { modes: results, rounds, flows, atOnce, server: options.server, dbFile };
    await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
} finally {
  for (const contender of contenders) await contender.stop();
  for (const server of servers) await server.stop();
  await flinks.stop();
}
