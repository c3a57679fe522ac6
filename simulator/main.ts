import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_PORT, workerEnvironment } from './defaults.js';
import { scenarioList, scenarioMarkdown, scenarioText } from './list.js';
import { type Simulator, startSimulator } from './server.js';

interface Options {
  port: number;
  host: string;
  seed: number;
  withoutTokens?: boolean;
  listScenarios?: true;
  markdown?: true;
  json?: true;
}

const program = new Command('simulator')
  .description('A Flinks over HTTP, for development and for tests.')
  .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumberTo(65_535), DEFAULT_PORT)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--seed <number>', 'chooses the account data and the questions', wholeNumberTo(Number.MAX_SAFE_INTEGER), 1)
  .option('--without-tokens', 'be an older instance, which mints no authorize tokens and asks for none')
  .option('--list-scenarios', 'print what LoginIds and usernames select, and end')
  .option('--markdown', 'with --list-scenarios: as a Markdown table')
  .option('--json', 'print one JSON document')
  .parse();

const options = program.opts<Options>();
if (options.listScenarios) console.log(listing(options));
else await run(options);

function listing({ json, markdown }: Options): string {
  if (json) return JSON.stringify(scenarioList());
  return markdown ? scenarioMarkdown() : scenarioText();
}

async function run({ json, ...options }: Options): Promise<void> {
  const simulator = await start(options);
  if (!simulator) return;
  const environment = workerEnvironment(simulator.url, simulator.keys, options.withoutTokens);
  if (json) console.log(JSON.stringify({ url: simulator.url, environment }));
  else {
    console.log(`Flinks simulator: ${simulator.url}`);
    for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

async function start({ port, host, seed, withoutTokens = false }: Options): Promise<Simulator | undefined> {
  try {
    return await startSimulator({ port, host, seed, withoutTokens, log: (line) => console.error(line) });
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const reason = inUse ? `--port ${port} is in use; choose another with --port` : String(error);
    console.error(`The simulator cannot start: ${reason}.`);
    process.exitCode = 1;
    return undefined;
  }
}

function wholeNumberTo(max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number > max)
      throw new InvalidArgumentError(`A whole number from 0 to ${max} is needed.`);
    return number;
  };
}
