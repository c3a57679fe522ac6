// A night's mixture of logins, and each of its parts alone, for the model of a night: `npm run mixed --prefix bench`.
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { answersFor, loginIdFor } from '../simulator/server.js';
import { connectClient, type AccountDetailsClient } from '../src/client.js';
import { accountDetailsWorkflowId } from '../src/contract.js';
import { product } from './contenders.js';
import { historyCost } from './history-cost.js';
import { difference, mean, scaled, sum, type Part } from './need.js';
import { cpuOf, ownCpu, startFlinks } from './processes.js';
import { startBenchServer } from './servers.js';

const options = new Command('npm run mixed --prefix bench --')
  .description('CPU, events, bytes, actions and database writes of a run: plain, asked, polled, and all of them mixed.')
  .option('--runs <n>', 'runs of each part, and of the mixture', Number, 300)
  .option('--at-once <n>', 'runs in flight', Number, 40)
  .option('--challenged <share>', 'runs whose bank asks a question', Number, 0.2)
  .option('--pending <share>', 'runs that wait for Flinks, for 5 polls', Number, 0.1)
  .option('--json <file>', 'write the figures')
  .parse()
  .opts<{ runs: number; atOnce: number; challenged: number; pending: number; json?: string }>();

const polls = 5;
// All with the same accounts, but for the one that npm run flows --prefix bench measures.
const scenarios = {
  plain: 'plain',
  challenged: 'question',
  pending: 'pending-5-polls',
  oneAccount: 'one-account',
} as const;
type Kind = keyof typeof scenarios;

const flinks = await startFlinks();
const server = await startBenchServer('tuned');
const contender = await product(server, flinks.environment);
const client = await connectClient({ ...server.keys, TEMPORAL_ADDRESS: server.address });
let n = 0;

async function run(client: AccountDetailsClient, kind: Kind): Promise<string> {
  const loginId = loginIdFor(scenarios[kind], ++n);
  const input = { login: { loginId }, polling: { interval: '1 second' } };
  const id = accountDetailsWorkflowId(loginId);
  if (kind === 'challenged') {
    const { progress } = await client.startAndWaitForChallenge(input);
    const { challenges = [], round, requestId } = progress;
    const prompts = challenges.map(({ prompt }) => prompt);
    await client.answer(id, {
      round,
      ...(requestId !== undefined && { requestId }),
      answers: answersFor(scenarios[kind], prompts),
    });
  } else await client.start(input);
  await client.result(id);
  return id;
}

/** Makes these runs, and says what one of them cost on average. */
async function measure(kinds: readonly Kind[]): Promise<Part> {
  const cpu = () => ({
    server: cpuOf(server.pid),
    worker: cpuOf(contender.worker),
    client: ownCpu(),
    flinks: cpuOf(flinks.pid),
  });
  const before = cpu();
  const ids: string[] = [];
  const left = [...kinds];
  const lane = async (): Promise<void> => {
    for (let kind; (kind = left.pop());) ids.push(await run(client, kind));
  };
  await Promise.all(Array.from({ length: options.atOnce }, lane));
  const after = cpu();
  const per = (what: keyof typeof before): number => (after[what] - before[what]) / kinds.length;
  const costs = [];
  for (const id of ids) costs.push(await historyCost(server.connection, id));
  return {
    serverMs: per('server'),
    workerMs: per('worker'),
    clientMs: per('client'),
    flinksMs: per('flinks'),
    events: mean(costs.map(({ events }) => events)),
    bytes: mean(costs.map(({ bytes }) => bytes)),
    actions: mean(costs.map(({ actions }) => actions)),
    transitions: mean(costs.map(({ transitions }) => transitions)),
  };
}

/** So many of a kind, spread evenly among the others. */
const mixture = Array.from({ length: options.runs }, (_, i): Kind => {
  const isDue = (share: number): boolean => Math.floor((i + 1) * share) > Math.floor(i * share);
  if (isDue(options.challenged)) return 'challenged';
  // Counted among those that are not asked, because a share of all would fall on the same runs again.
  const others = i - Math.floor(i * options.challenged);
  const share = options.pending / (1 - options.challenged);
  return Math.floor((others + 1) * share) > Math.floor(others * share) ? 'pending' : 'plain';
});

try {
  const all = (kind: Kind): Kind[] => Array.from({ length: options.runs }, () => kind);
  // Not counted: it warms everything up.
  await measure(mixture);
  const plain = await measure(all('plain'));
  const oneAccount = await measure(all('oneAccount'));
  const challenge = difference(await measure(all('challenged')), plain);
  const poll = scaled(difference(await measure(all('pending')), plain), 1 / polls);
  const mix = await measure(mixture);
  const share = (kind: Kind): number => mixture.filter((other) => other === kind).length / mixture.length;
  const shares = { challenged: share('challenged'), pending: share('pending'), polls };
  const predicted = sum(plain, scaled(challenge, shares.challenged), scaled(poll, shares.pending * polls));
  const table = { plain, oneAccount, challenge, poll, mix, 'mix from its parts': predicted };
  const rounded = (part: Part) => Object.fromEntries(Object.entries(part).map(([what, n]) => [what, n.toFixed(1)]));
  console.table(Object.fromEntries(Object.entries(table).map(([name, part]) => [name, rounded(part)])));
  const result = { cores: availableParallelism(), plain, oneAccount, challenge, poll, mix, shares };
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await client.close();
  await contender.stop();
  await server.stop();
  await flinks.stop();
}
