// What the claims are tried on: a local stack, the Temporal CLI, and the programs of each language.
import assert from 'node:assert/strict';
import { Connection } from '@temporalio/client';
import { loginIdFor } from '../../simulator/server.js';
import { temporalCli } from '../binaries.js';
import { localEnvironment } from '../local-environment.js';
import type { Stack } from '../stack.js';
import { run, type Ran } from './run.js';
import type { Language, Programs } from './toolchains.js';

/** What a measuring program printed. */
export interface Seen {
  runId?: string;
  stage?: string;
  accepted?: boolean;
  round?: number;
  /** The class of an error that is no failure of the contract. */
  error?: string;
  /** The type of a failure of the contract. */
  type?: string;
  message?: string;
  details?: { flinksCode?: string } | null;
}

export interface World {
  /** A LoginId of this scenario of the simulator that nobody had before. */
  login(scenario: string): string;
  cli(...args: string[]): Promise<Ran>;
  /** Starts the run of the LoginId by the CLI. */
  start(login: string, ...options: string[]): Promise<Ran>;
  /** The same with another input. */
  startWith(login: string, input: unknown, ...options: string[]): Promise<Ran>;
  /** Sends an update to the run of the LoginId by the CLI. */
  update(login: string, name: string, ...options: string[]): Promise<Ran>;
  example(language: Language, login: string, stdin: string): Promise<Ran>;
  measure(language: Language, action: string, login: string, more?: string): Promise<Seen>;
  /** What the run of the LoginId was started with, decrypted. */
  inputOf(login: string): Promise<unknown>;
  /** The LoginId of a run that failed as LoginRefused. */
  failedRun(): Promise<string>;
  /** The LoginId of a run that completed after an answer by an update of this id. */
  answeredRun(updateId: string): Promise<string>;
}

const namespace = 'default';

/** Throws if encryption is off. */
export async function openWorld(
  stack: Stack,
  programs: Partial<Record<Language, Programs>>,
): Promise<{ world: World; close: () => Promise<void> }> {
  const { temporal, codecUrl } = stack;
  if (!codecUrl) throw new Error('PAYLOAD_ENCRYPTION is off: nothing is encrypted that a caller could fail to read.');
  const addresses = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_CODEC_ENDPOINT: codecUrl,
  };
  // No caller has a key.
  const env = { ...localEnvironment(addresses), PAYLOAD_KEYS: undefined, PAYLOAD_KEYS_FILE: undefined };
  const [cli, connection] = await Promise.all([temporalCli(), Connection.connect({ address: temporal.address })]);
  let logins = 0;
  let failed: Promise<string> | undefined;

  const program = (language: Language, kind: 'example' | 'measure', args: string[], input = ''): Promise<Ran> => {
    const { [kind]: [command = '', ...before] = [], env: more } = programs[language] ?? {};
    return run(command, [...before, ...args], { env: { ...env, ...more }, input });
  };
  const world: World = {
    login: (scenario) => loginIdFor(scenario, (logins += 1)),
    cli: (...args) => run(cli, args, { env }),
    start: (login, ...options) => world.startWith(login, { login: { loginId: login } }, ...options),
    startWith(login, input, ...options) {
      const what = ['--type', 'retrieveAccountDetails', '--task-queue', 'flinks-account-details'];
      const which = ['--workflow-id', `account-details-${login}`, '--input', JSON.stringify(input)];
      return world.cli('workflow', 'start', ...what, ...which, ...options);
    },
    update: (login, name, ...options) =>
      world.cli(
        'workflow',
        'update',
        'execute',
        '--name',
        name,
        '--workflow-id',
        `account-details-${login}`,
        ...options,
      ),
    example: (language, login, stdin) => program(language, 'example', [login], stdin),
    async measure(language, action, login, more) {
      const { stdout, stderr } = await program(language, 'measure', [action, login, ...(more ? [more] : [])]);
      assert.match(stdout, /^\{.*\}\s*$/, `${language} printed no JSON: ${stderr || stdout}`);
      return JSON.parse(stdout) as Seen;
    },
    async inputOf(login) {
      const execution = { workflowId: `account-details-${login}` };
      const { history } = await connection.workflowService.getWorkflowExecutionHistory({ namespace, execution });
      const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
      const base64 = (bytes?: Uint8Array | null) => Buffer.from(bytes ?? []).toString('base64');
      const metadata = Object.entries(payload?.metadata ?? {}).map(([key, value]) => [key, base64(value)]);
      const encrypted = { metadata: Object.fromEntries(metadata), data: base64(payload?.data) };
      const response = await fetch(`${codecUrl}/decode`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Namespace': namespace },
        body: JSON.stringify({ payloads: [encrypted] }),
      });
      const { payloads } = (await response.json()) as { payloads: { data: string }[] };
      return JSON.parse(Buffer.from(payloads[0]?.data ?? '', 'base64').toString());
    },
    failedRun: () => (failed ??= failRun()),
    async answeredRun(updateId) {
      const login = world.login('question');
      await world.start(login);
      await world.update(login, 'waitForChallenge');
      const answer = '{"round": 1, "answers": {"What city were you born in?": "Montreal"}}';
      const taken = await world.update(login, 'answerSecurityChallenges', '--update-id', updateId, '--input', answer);
      assert.equal(taken.code, 0, taken.stderr);
      const ended = await world.cli('workflow', 'result', '--workflow-id', `account-details-${login}`);
      assert.equal(ended.code, 0, ended.stderr);
      return login;
    },
  };

  async function failRun(): Promise<string> {
    const login = world.login('test_disabled_account');
    await world.start(login);
    const { code } = await world.cli('workflow', 'result', '--workflow-id', `account-details-${login}`);
    assert.equal(code, 1);
    return login;
  }

  return { world, close: () => connection.close() };
}
