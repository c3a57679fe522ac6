// The blocks of docs/other-languages.md are run as they stand there.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporalCli } from '../../dev/binaries.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { freePorts, loopback } from '../../dev/ports.js';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { countByEndpoint, requestsOf } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { loadCodecServerConfig, startCodecServer } from '../../src/codec-server/main.js';
import { loadPayloadConfig } from '../../src/temporal/payloads.js';
import { codeBlocks } from '../support/markdown.js';
import { createNamespace } from '../support/namespaces.js';
import { pythonWithSdk } from '../../dev/python-sdk.js';
import { devServer } from '../support/servers.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';

const page = 'docs/other-languages.md';
const prompt = 'What city were you born in?';
const asked = { GenerateAuthorizeToken: 1, Authorize: 2, GetAccountsSummary: 1, GetAccountsDetail: 1 };

const sdk = await pythonWithSdk();
const inPython = 'missing' in sdk ? `in Python (skipped: ${sdk.missing})` : 'in Python';

let server: TemporalServer;
let connection: Connection;
let codecServer: Awaited<ReturnType<typeof startCodecServer>>;
let codecUrl: string;

beforeAll(async () => {
  server = await devServer();
  connection = await Connection.connect({ address: server.address });
  const [port = 0] = await freePorts(1);
  codecUrl = `http://${loopback}:${port}`;
  const payloads = loadPayloadConfig();
  if (!payloads) throw new Error('The tests have no payload key.');
  const config = { CODEC_PORT: String(port), CODEC_ORIGINS: 'http://localhost:8233', CODEC_DEV_OPEN: '1' };
  codecServer = await startCodecServer(loadCodecServerConfig(config), payloads, () => undefined);
});

afterAll(async () => {
  await codecServer?.close();
  await connection?.close();
  await server?.stop();
});

interface Way {
  way: string;
  namespace: string;
  /** What the worker is told. */
  worker: Record<string, string>;
  /** What a program without our code is told. */
  program: () => Record<string, string>;
  readable: boolean;
}

const ways: Way[] = [
  {
    way: 'plain',
    namespace: 'plain',
    worker: { PAYLOAD_ENCRYPTION: 'off' },
    program: () => ({ PAYLOAD_ENCRYPTION: 'off' }),
    readable: true,
  },
  {
    way: 'through the codec server',
    namespace: 'encrypted',
    // This worker takes in nothing that was not encrypted for the namespace: what arrives there was.
    worker: { PAYLOAD_ACCEPT: 'namespace' },
    program: () => ({ TEMPORAL_CODEC_ENDPOINT: codecUrl }),
    readable: false,
  },
];

describe.each(ways)('$way', ({ namespace, worker: workerVariables, program, readable }) => {
  let simulator: Simulator;
  let worker: WorkerProcess;

  beforeAll(async () => {
    [simulator] = await Promise.all([startSimulator(), createNamespace(connection, namespace)]);
    worker = await startWorker(server, simulator, { TEMPORAL_NAMESPACE: namespace, ...workerVariables });
  });

  afterAll(async () => {
    await worker?.stop();
    await simulator?.close();
  });

  /** Runs a block as a shell would, stopping at its first error, and gives back what it printed. */
  async function shell(block: string, stdin = ''): Promise<string> {
    const cli = dirname(await temporalCli());
    const variables = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: namespace, ...program() };
    const path = { PATH: `${cli}:${process.env['PATH']}`, ...('packages' in sdk && { PYTHONPATH: sdk.packages }) };
    const env = {
      ...localEnvironment({ ...variables, ...path }),
      PAYLOAD_KEYS: undefined,
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const running = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', block], {
      env,
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    running.child.stdin?.end(stdin);
    return (await running).stdout;
  }

  const sent = (loginId: string) => countByEndpoint(requestsOf(simulator.requests, loginId));

  /** What Temporal holds of the run, as bytes. */
  async function history(loginId: string): Promise<Buffer> {
    const execution = { workflowId: `account-details-${loginId}` };
    const { history } = await connection.workflowService.getWorkflowExecutionHistory({ namespace, execution });
    return Buffer.from(proto.temporal.api.history.v1.History.encode(history ?? {}).finish());
  }

  test('the Temporal CLI starts, waits, asks, answers by update and by signal, and gets the result', async () => {
    const [start = '', wait = '', query = '', update = '', result = '', signal = '', ...more] = codeBlocks(
      page,
      'Temporal CLI',
      'sh',
    );
    expect(more).toEqual([]);
    const [first, second] = [loginIdFor('question', 1), loginIdFor('question', 2)];
    expect(await shell(start)).toContain(first);
    expect(await shell(wait)).toContain(prompt);
    expect(await shell(query)).toMatch(/"?stage"?.*awaitingAnswers/);
    expect(await shell(update)).toContain('accepted');
    expect(await shell(result)).toMatch(/COMPLETED[^]*accountNumber/);
    // By the same id the server would repeat what it said then.
    await expect(shell(wait.replace('waitForChallenge-0', 'another'))).rejects.toMatchObject({
      stderr: expect.stringContaining('already completed'),
    });
    expect(await shell(signal)).toMatch(/COMPLETED[^]*accountNumber/);
    expect([sent(first), sent(second)]).toEqual([asked, asked]);
    expect((await history(second)).includes('Montreal')).toBe(readable);
  });

  test.skipIf('missing' in sdk)(`the same ${inPython}, where a wrong answer is asked for again`, async () => {
    const python = 'python' in sdk ? sdk.python : '';
    const [block = ''] = codeBlocks(page, 'Python', 'sh');
    // Its first line has been run into the cache folder.
    const [install = '', ...lines] = block.split('\n');
    expect(install).toMatch(/^pip install .*--require-hashes.* -r examples\/python\/requirements\.txt$/);
    const program = lines.join('\n').replace(/^python /, `${python} `);
    const printed = await shell(program, ' \nMontreal\n');
    expect(printed).toContain(prompt);
    expect(printed).toContain('EmptyAnswer: An answer is empty.');
    expect(printed).toMatch(/^Everyday Chequing \d+(\.\d+)? CAD$/m);
    const loginId = loginIdFor('question', 3);
    expect(sent(loginId)).toEqual(asked);
    expect((await history(loginId)).includes('Montreal')).toBe(readable);
  });

  test.skipIf('missing' in sdk)(
    `a failed run ${inPython} says its type and the next step, and exits with 1`,
    async () => {
      const python = 'python' in sdk ? sdk.python : '';
      const loginId = loginIdFor('test_disabled_account', 1);
      await expect(shell(`${python} examples/python/retrieve.py ${loginId}`)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^LoginRefused: .*The customer has to act at the bank/),
      });
    },
  );
});

test('the Python of the page is that of the program', () => {
  const program = ['retrieve.py', 'remote_codec.py'].map((file) => readFileSync(`examples/python/${file}`, 'utf8'));
  const blocks = codeBlocks(page, 'Python', 'python');
  expect(blocks).toHaveLength(3);
  for (const block of blocks) expect(program.join('\n')).toContain(block);
});
