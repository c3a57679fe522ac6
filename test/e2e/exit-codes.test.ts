// Every exit code of every command, as docs/contract.md promises them.
import { Readable } from 'node:stream';
import { WorkflowClient } from '@temporalio/client';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { localEnvironment } from '../../dev/local-environment.js';
import { freePorts, loopback } from '../../dev/ports.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { loginIdFor } from '../../simulator/server.js';
import { accountDetailsWorkflowId, type Stage } from '../../src/contract.js';
import { main } from '../../src/starter.js';
import { checkDocuments, commandOf } from '../support/documents.js';
import { tableRows } from '../support/markdown.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';

const { server, simulator, connection, client, work } = await liveStack();
await work();

const prompt = 'What city were you born in?';
const done = loginIdFor('plain', 1);
const refused = loginIdFor('test_disabled_account', 1);
const asked = loginIdFor('question', 1);
const cancelled = loginIdFor('question', 2);
const terminated = loginIdFor('question', 3);
const pending = loginIdFor('pending-for-ever', 1);
const nobody = loginIdFor('plain', 999);

beforeAll(async () => {
  const polling = { interval: '10 minutes', deadline: '1 hour' };
  for (const loginId of [done, refused, asked, cancelled, terminated]) await client.start({ login: { loginId } });
  await client.start({ login: { loginId: pending }, polling });
  await Promise.all([
    reaches(asked, 'awaitingAnswers'),
    reaches(pending, 'waitingForFlinks'),
    reaches(done, 'completed'),
  ]);
  await client.cancel(accountDetailsWorkflowId(cancelled));
  await new WorkflowClient({ connection }).getHandle(accountDetailsWorkflowId(terminated)).terminate();
});

const reaches = (loginId: string, stage: Stage) =>
  until(
    `the run is in ${stage}`,
    async () => (await client.progress(accountDetailsWorkflowId(loginId))).stage === stage,
  );

let stdout = '';

beforeEach(() => {
  stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((written) => Boolean((stdout += String(written))));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function setEnvironment(more: Record<string, string> = {}): void {
  const flinks = workerEnvironment(simulator.url, simulator.keys);
  for (const [name, value] of Object.entries(
    localEnvironment({ TEMPORAL_ADDRESS: server.address, ...flinks, ...more }),
  ))
    vi.stubEnv(name, value);
}

type Case = [situation: string, args: string[], exit: number, more?: More | undefined];

interface More {
  env?: Record<string, string>;
  stdin?: string;
  /** The code of the error that is printed. */
  code?: string;
}

const configuration = { env: { PAYLOAD_KEYS: 'not a key' }, code: 'Configuration' };
const start = (loginId: string, ...more: string[]) => ['start', '--login-id', loginId, ...more];
const soon = ['--timeout', '100 ms'];
const slow = ['--interval', '10 minutes', '--deadline', '1 hour'];

/** What holds of every command that waits for the end of a run. */
const waiting = (wait: (loginId: string, ...more: string[]) => string[]): Case[] => [
  ['the run completes', wait(done), 0],
  ['the run failed', wait(refused), 1, { code: 'LoginRefused' }],
  ['the run was cancelled', wait(cancelled), 1, { code: 'Cancelled' }],
  ['the run was terminated', wait(terminated), 1, { code: 'Terminated' }],
  ['an answer is needed and stdin is no terminal', wait(asked), 3, { code: 'AnswerNeeded' }],
  ['--timeout is reached', wait(pending, ...soon), 4, { code: 'Timeout' }],
];

/** What holds of every command that names a run. */
const onRun = (command: string): Case[] => [
  ['there is no such run', [command, nobody], 1, { code: 'NoSuchRun' }],
  ['no run is named', [command], 2, { code: 'Usage' }],
  ['the configuration does not fit', [command, done], 2, configuration],
];

const cases: Case[] = [
  ['a run is started', start(loginIdFor('plain', 2)), 0],
  ['the open run is joined', start(asked), 0],
  ['the open run has another input', start(asked, '--mode', 'live'), 1, { code: 'InputConflict' }],
  ['the input does not fit', start('no-guid'), 2, { code: 'InvalidInput' }],
  ['no login is named', ['start'], 2, { code: 'Usage' }],
  ['the configuration does not fit', start(done), 2, configuration],

  ['the run completes', start(loginIdFor('plain', 3), '--wait'), 0],
  ['the run fails', start(loginIdFor('test_disabled_account', 2), '--wait'), 1, { code: 'LoginRefused' }],
  ['an answer is needed and stdin is no terminal', start(asked, '--wait'), 3, { code: 'AnswerNeeded' }],
  ['--timeout is reached', start(pending, ...slow, '--wait', ...soon), 4, { code: 'Timeout' }],
  ['the input does not fit', start('no-guid', '--wait'), 2, { code: 'InvalidInput' }],

  ...waiting((loginId, ...more) => ['result', loginId, ...more]),
  ...onRun('result'),
  // Its last line says how the run ended, where another command prints the error.
  ...waiting((loginId, ...more) => ['watch', loginId, ...more]).map(([situation, args, exit, more]): Case =>
    exit === 1 ? [situation, args, exit] : [situation, args, exit, more],
  ),
  ...onRun('watch'),

  ['the run is open', ['status', asked], 0],
  ['the run has failed', ['status', refused], 0],
  ...onRun('status'),

  ['there is no such run', ['cancel', nobody], 1, { code: 'NoSuchRun' }],
  ['the run is closed', ['cancel', done], 1, { code: 'RunClosed' }],
  ['no run is named', ['cancel'], 2, { code: 'Usage' }],
  ['the configuration does not fit', ['cancel', done], 2, configuration],

  ['runs are listed', ['list'], 0],
  ['the stage is none', ['list', '--stage', 'dreaming'], 2, { code: 'Usage' }],
  ['the configuration does not fit', ['list'], 2, configuration],

  ['all is well', ['doctor'], 0],
  ['an option is unknown', ['doctor', '--loud'], 2, { code: 'Usage' }],
  ['something is amiss', ['doctor'], 1, { env: { FLINKS_SECRET_KEY: 'another' } }],

  ['the run is open', ['forget', '--login-id', asked], 1, { code: 'RunOpen' }],
  ['there is no such run', ['forget', '--login-id', nobody], 1, { code: 'NoSuchRun' }],
  ['nothing is named', ['forget'], 2, { code: 'Usage' }],

  [
    'the configuration does not fit',
    ['forget', '--login-id', done],
    2,
    { ...configuration, env: { PAYLOAD_STORAGE: 'x' } },
  ],

  ['builds are told', ['deploy', 'status'], 0],
  ['an option is unknown', ['deploy', 'status', '--loud'], 2, { code: 'Usage' }],
  [
    'no worker of the build polls',
    ['deploy', 'set-current', '--build-id', 'none', '--timeout', '1 second'],
    1,
    { code: 'NotCurrent' },
  ],
  ['no build is named', ['deploy', 'set-current'], 2, { code: 'Usage' }],

  ['a key is made', ['keys', 'new'], 0],
  ['the id is none', ['keys', 'new', '--id', 'no id'], 2, { code: 'Usage' }],
  ['keys are listed', ['keys', 'list'], 0],
  ['the configuration does not fit', ['keys', 'list'], 2, configuration],

  ['there is no such command', ['begin'], 2, { code: 'Usage' }],

  ...onRun('answer'),
  ['the run is closed', ['answer', done], 1, { stdin: '{}', code: 'RunClosed' }],
  ['it is refused', ['answer', asked], 1, { stdin: '{"Who are you?": "Nobody"}', code: 'UnknownPrompt' }],
  // From here on the runs change.
  ['it is taken', ['answer', asked], 0, { stdin: `{"${prompt}": "Montreal"}` }],
  ['the run is cancelled and closed', ['cancel', pending], 0],
  ['the closed run is deleted', ['forget', '--login-id', cancelled], 0],
];

const codeOf = (written: string): string | undefined => {
  const last = JSON.parse(written.trimEnd().split('\n').at(-1) ?? '') as { error?: { code: string } };
  return last.error?.code;
};

const named = cases.map(([situation, args, exit, more]) => ({
  what: `${commandOf(args) ?? args[0]}, exit code ${exit}: ${situation}`,
  args,
  exit,
  ...more,
}));

test.each(named)('$what', async ({ args, exit, env, stdin = '', code }) => {
  setEnvironment(env);
  const piped = Readable.from([stdin]) as typeof process.stdin;
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(piped);
  const ended = await main([...args, '--json']);
  checkDocuments([...args, '--json'], { exit: ended, stdout });
  expect({ exit: ended, code: codeOf(stdout) }).toEqual({ exit, code });
});

test('start --wait, exit code 1: the run is cancelled or terminated while it is waited for', async () => {
  setEnvironment();
  const [toCancel, toTerminate] = [loginIdFor('pending-for-ever', 2), loginIdFor('pending-for-ever', 3)];
  const waiting = [toCancel, toTerminate].map((loginId) => main([...start(loginId, ...slow, '--wait'), '--json']));
  // It is not there before the command has started it.
  for (const loginId of [toCancel, toTerminate])
    await until(`${loginId} polls`, () =>
      client.progress(accountDetailsWorkflowId(loginId)).then(
        ({ stage }) => stage === 'waitingForFlinks',
        () => false,
      ),
    );
  await client.cancel(accountDetailsWorkflowId(toCancel));
  await new WorkflowClient({ connection }).getHandle(accountDetailsWorkflowId(toTerminate)).terminate();
  expect(await Promise.all(waiting)).toEqual([1, 1]);
  expect(new Set(stdout.trimEnd().split('\n').map(codeOf))).toEqual(new Set(['Cancelled', 'Terminated']));
});

/** Every command that asks a server, but for doctor, which tells what it finds. */
const asking = [
  start(done),
  start(done, '--wait'),
  ['list'],
  ['forget', '--login-id', done],
  ['deploy', 'status'],
  ['deploy', 'set-current', '--build-id', 'none'],
].concat(['result', 'watch', 'status', 'answer', 'cancel'].map((command) => [command, done]));

test('no server: exit code 5 from every command that asks one', async () => {
  const [port] = await freePorts(1);
  setEnvironment({ TEMPORAL_ADDRESS: `${loopback}:${port}` });
  expect(await Promise.all(asking.map((args) => main([...args, '--json'])))).toEqual(asking.map(() => 5));
  expect(stdout.trimEnd().split('\n').map(codeOf)).toEqual(asking.map(() => 'ServerUnreachable'));
});

/** Tried in worker-builds.test.ts, batch.test.ts and doctor.test.ts. */
const elsewhere = [
  'doctor 5',
  'deploy set-current 0',
  ...[0, 1, 2, 3, 4, 5].map((code) => `start --from-file ${code}`),
  ...[0, 2].map((code) => `start --from-file --check ${code}`),
];

test('every exit code in the contract’s table has a case here, and none is missing there', () => {
  const written = tableRows('docs/contract.md', 'Exit codes').flatMap(([command, ...cells]) =>
    cells.flatMap((cell, exit) => (cell === '' ? [] : [`${command} ${exit}`])),
  );
  const tried = cases.flatMap(([, args, exit]) => (commandOf(args) ? [`${commandOf(args)} ${exit}`] : []));
  const unreachable = asking.map((args) => `${commandOf(args)} 5`);
  expect(written.toSorted()).toEqual([...new Set([...tried, ...unreachable, ...elsewhere])].toSorted());
});
