// The local stack until Ctrl-C: what a developer has open in one terminal while working in another.
import { Command, InvalidArgumentError } from 'commander';
import { taskQueue } from '../src/contract.js';
import { obstacleTo } from './ports.js';
import { startStack } from './stack.js';
import { untilSignal } from './signals.js';

interface DevOptions {
  temporalPort: number;
  uiPort: number;
  simulatorPort: number;
  codecPort: number;
  dbFilename?: string;
}

const command = new Command('npm run dev --')
  .description('Runs a Temporal server with its Web UI, a codec server, a Flinks simulator and a worker, until Ctrl-C.')
  .option('--temporal-port <port>', 'port of the Temporal server', portNumber, 7233)
  .option('--ui-port <port>', 'port of its Web UI', portNumber, 8233)
  .option('--simulator-port <port>', 'port of the Flinks simulator', portNumber, 8090)
  .option('--codec-port <port>', 'port of the codec server, which lets the Web UI read payloads', portNumber, 8081)
  .option('--db-filename <file>', 'SQLite file that keeps the runs; without it they are gone when this ends')
  .allowExcessArguments(false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('A port is 1 to 65535.');
  return port;
}

/** Why the ports cannot be had, a line for each; nothing is started before all of them can. */
async function portProblems({ temporalPort, uiPort, simulatorPort, codecPort }: DevOptions): Promise<string[]> {
  const wanted = Object.entries({
    '--temporal-port': temporalPort,
    '--ui-port': uiPort,
    '--simulator-port': simulatorPort,
    '--codec-port': codecPort,
  });
  const problems: string[] = [];
  for (const [index, [option, port]] of wanted.entries()) {
    const twin = wanted.slice(0, index).find(([, other]) => other === port);
    const obstacle = twin ? `is also the ${twin[0]}` : await obstacleTo(port);
    if (obstacle) problems.push(`${option} ${port} ${obstacle}; choose another with ${option}.`);
  }
  return problems;
}

async function dev(options: DevOptions): Promise<void> {
  const problems = await portProblems(options);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const stopped = untilSignal();
  console.log('Starting ...');
  const stack = await Promise.race([
    startStack({ ...options, log: (line) => console.error(`worker: ${line}`) }),
    stopped.then(() => process.exit(0)),
  ]);
  const { temporal, simulator, codecUrl = 'none: PAYLOAD_ENCRYPTION is off', environment } = stack;
  const exports = Object.entries(environment).map(([name, value]) => `  export ${name}=${value}`);
  console.log(`
Temporal server   ${temporal.address}
Web UI            ${temporal.uiUrl}
Flinks simulator  ${simulator.url}
Codec server      ${codecUrl}
Worker            polls ${taskQueue}

For a starter in another terminal:
${exports.join('\n')}

Ctrl-C stops all of it.`);
  try {
    await Promise.race([stopped, stack.broken]);
  } finally {
    await stack.stop();
  }
}

command.parse();
try {
  await dev(command.opts<DevOptions>());
  process.exit(0);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
