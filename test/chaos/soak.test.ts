// Very many runs through one worker: what it holds does not grow, and no run sees anything of another.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal-server.js';
import { accountIdsOf } from '../../simulator/accounts.js';
import { scenarioNamed } from '../../simulator/scenarios.js';
import { answersFor, loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { AccountDetailsClient } from '../../src/client.js';
import { clientAt } from '../support/client.js';
import { until } from '../support/until.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';
import { report } from '../support/promise.js';
import { sizes } from './size.js';

let server: TemporalServer;
let simulator: Simulator;
let client: AccountDetailsClient;
let worker: WorkerProcess;

beforeAll(async () => {
  [server, simulator] = await Promise.all([startTemporalServer(), startSimulator()]);
  client = await clientAt(server.address);
  const program = ['--import', 'tsx', 'test/support/counting-worker.ts'];
  worker = await startWorker(server, simulator, { LOG_LEVEL: 'error' }, program);
});

afterAll(async () => {
  await client?.close();
  await worker?.stop();
  await simulator?.close();
  await server?.stop();
});

interface Held {
  rss: number;
  heapUsed: number;
  files: number;
  held: Record<string, number>;
}

/** What the worker holds once it has put down what it can. */
async function heldByWorker(): Promise<Held> {
  const said = () => worker.output().match(/^resources .*$/gm) ?? [];
  const before = said().length;
  process.kill(worker.pid, 'SIGWINCH');
  const line = await until('the worker says what it holds', () => said().length > before && said().at(-1));
  return JSON.parse(line.slice('resources '.length)) as Held;
}

const megabyte = 1024 * 1024;
const megabytes = (bytes: number): number => Math.round(bytes / megabyte);

/** From sample to sample, by the median: a drop after the first, once the worker is warm, would hide a slow leak. */
function growth(samples: number[]): number {
  const steps = samples.slice(1).map((sample, index) => sample - (samples[index] ?? 0));
  const [lower = 0, upper = 0] = steps.toSorted((one, other) => one - other).slice(1, 3);
  return (lower + upper) / 2;
}

let n = 0;
/** One customer, with a mark of their own at everything that they say. */
const customer = (scenario: string) => {
  const loginId = loginIdFor(scenario, ++n);
  return { scenario, loginId, tag: `canary-${loginId}`, from: simulator.requests.length };
};
type Customer = ReturnType<typeof customer>;

const owners = new Map<unknown, string>();

/** Who has used the token first. */
function ownerOf(token: unknown, loginId: string): string {
  const owner = owners.get(token) ?? loginId;
  owners.set(token, owner);
  return owner;
}

/** What a run got or sent that was not its own. */
function foreign({ scenario, loginId, tag, from }: Customer, result: unknown): string[] {
  const text = JSON.stringify(result);
  const { data } = scenarioNamed(scenario);
  const own = accountIdsOf({ seed: 1, loginId, data });
  const got = (result as { accounts: { id: string }[] }).accounts.map(({ id }) => id);
  const requests = simulator.requests.slice(from).filter((request) => request.loginId === loginId);
  const tags = requests.flatMap(({ body }) =>
    typeof body === 'object' && body['Tag'] !== undefined ? [body['Tag']] : [],
  );
  const keys = new Set(
    requests.filter(({ endpoint }) => endpoint === 'Authorize').map(({ headers }) => headers['flinks-auth-key']),
  );
  return [
    ...(own.join() === got.join() ? [] : [`${loginId} has other accounts than its own`]),
    ...(text.includes(loginId) || scenario === 'question' ? [] : [`${loginId} is not in its result`]),
    ...tags.filter((other) => other !== tag).map(() => `${loginId} sent another's tag`),
    ...(tags.length > 0 ? [] : [`${loginId} sent no tag`]),
    // A cached login that takes too long on a busy machine is made again, with a token of its own.
    ...[...keys].filter((token) => ownerOf(token, loginId) !== loginId).map(() => `${loginId} used another's token`),
  ];
}

/** Two customers whose runs go step by step beside each other, both asked and both answering at once. */
async function pair(): Promise<string[]> {
  const both = [customer('question'), customer('question')];
  const ids = await Promise.all(
    both.map(async ({ loginId, tag }) => (await client.start({ login: { loginId }, mode: 'live', tag })).workflowId),
  );
  const asked = await Promise.all(
    ids.map((workflowId) =>
      until(`${workflowId} asks`, async () => {
        // A worker under this load may answer a query too late.
        const progress = await client.progress(workflowId).catch(() => undefined);
        return progress?.stage === 'awaitingAnswers' && progress.challenges;
      }),
    ),
  );
  const prompts = asked.map((challenges) => challenges.map(({ prompt }) => prompt));
  await Promise.all(
    ids.map((id, index) => client.answer(id, { answers: answersFor('question', prompts[index] ?? []) })),
  );
  const results = await Promise.all(ids.map((id) => client.result(id)));
  return both.flatMap((one, index) => foreign(one, results[index]));
}

async function single(): Promise<string[]> {
  const one = customer('one-account');
  const { workflowId } = await client.start({ login: { loginId: one.loginId }, tag: one.tag });
  return foreign(one, await client.result(workflowId));
}

/** Works until so many are done, a few at the same time. */
async function many(count: number, work: () => Promise<string[]>): Promise<string[]> {
  let left = count;
  const wrong: string[] = [];
  const lane = async (): Promise<void> => {
    while (left-- > 0) wrong.push(...(await work()));
  };
  await Promise.all(Array.from({ length: 20 }, lane));
  return wrong;
}

test(
  'very many runs through one worker leave nothing behind in it, and share nothing',
  { timeout: 3_000_000 },
  async (context) => {
    const pairs = sizes.pairs;
    const rest = Math.max(sizes.soakRuns - 2 * pairs, 0);
    const startedAt = Date.now();
    const wrong = await many(pairs, pair);
    // The worker is warm after these.
    wrong.push(...(await many(rest / 5, single)));
    const samples = [await heldByWorker()];
    for (let part = 0; part < 4; part++) {
      wrong.push(...(await many(rest / 5, single)));
      samples.push(await heldByWorker());
    }
    const seconds = (Date.now() - startedAt) / 1_000;
    const [first] = samples;
    const last = samples.at(-1);
    if (!first || !last) throw new Error('Nothing was measured.');
    const runsBetween = rest / 5;
    report(context, {
      promise: 'soak: one worker, runs share nothing',
      cases: sizes.soakRuns,
      kills: 0,
      lost: wrong.length,
      doubled: 0,
      stuck: 0,
      note: [
        `${pairs} pairs`,
        `${Math.round(sizes.soakRuns / seconds)} runs/s`,
        `RSS ${samples.map(({ rss }) => megabytes(rss)).join(', ')} MB`,
        `heap ${samples.map(({ heapUsed }) => megabytes(heapUsed)).join(', ')} MB`,
        `files ${first.files} to ${last.files}`,
        `resources ${JSON.stringify(first.held)} to ${JSON.stringify(last.held)}`,
      ].join('; '),
    });
    expect(wrong).toEqual([]);
    // A kilobyte a run, and a few megabytes a sample, is what measuring alone makes up; an answer that stayed would be ten
    // kilobytes, and a run two hundred.
    expect(growth(samples.map(({ heapUsed }) => heapUsed))).toBeLessThan(runsBetween * 1_024 + 2 * megabyte);
    expect(growth(samples.map(({ rss }) => rss))).toBeLessThan(runsBetween * 20 * 1_024 + 8 * megabyte);
    expect(Math.abs(last.files - first.files)).toBeLessThan(20);
    const kinds = new Set([...Object.keys(first.held), ...Object.keys(last.held)]);
    const grown = [...kinds].filter((kind) => (last.held[kind] ?? 0) - (first.held[kind] ?? 0) >= 20);
    expect(grown).toEqual([]);
  },
);
