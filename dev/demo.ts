// The whole flow on this machine, from a LoginId to its accounts, for someone who has never seen it.
import { Command } from 'commander';
import { answersFor, loginIdFor } from '../simulator/server.js';
import { connectClient, type AccountDetailsClient, type RunStatus } from '../src/client.js';
import type { Progress, RetrieveAccountDetailsResult } from '../src/contract.js';
import { askChallenges } from '../src/cli/terminal/ask.js';
import { liveLine } from '../src/cli/terminal/live-line.js';
import { accountsTable } from '../src/cli/tables.js';
import { watchLine } from '../src/cli/terminal/watch-line.js';
import { localEnvironment } from './local-environment.js';
import { untilSignal } from './signals.js';
import { startStack, type Stack } from './stack.js';

const scenario = 'question-then-pending';

type Answers = Record<string, string | string[]>;

const { interactive = false, keep = false } = new Command('npm run demo --')
  .description('Takes one LoginId through a question of the bank and a wait for Flinks, on a stack of its own.')
  .option('--interactive', 'ask you the question of the bank, instead of answering it')
  .option('--keep', 'leave the stack up until Ctrl-C after the run')
  .allowExcessArguments(false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ interactive?: true; keep?: true }>();

async function demo(stack: Stack): Promise<void> {
  const client = await connectClient(localEnvironment(stack.environment));
  try {
    const loginId = loginIdFor(scenario);
    const polling = { interval: '5 seconds', deadline: '2 minutes' };
    const { workflowId, runId } = await client.start({ login: { loginId }, polling });
    const link = `${stack.temporal.uiUrl}/namespaces/default/workflows/${workflowId}/${runId}/history`;
    console.log(`\nRetrieving the accounts of LoginId ${loginId}\n${link}\n`);
    await follow(client, workflowId);
    printResult(await client.result(workflowId));
    console.log(`\nEvery step of this run is in the Web UI:\n${link}`);
    if (!keep) console.log('(It closes with the demo; npm run demo -- --keep leaves it open.)');
  } finally {
    await client.close();
  }
}

/** Shows the run live and answers the bank, until the run has closed. */
async function follow(client: AccountDetailsClient, workflowId: string): Promise<void> {
  const line = liveLine(process.stdout);
  let shown: RunStatus | undefined;
  let answeredRound = 0;
  // Between two changes of the run only the clock goes on, and a line that stands still looks broken.
  const ticking = setInterval(() => shown && line.show(watchLine(shown, Date.now())), 500);
  try {
    for await (const status of client.watch(workflowId, { everyMs: 250 })) {
      if (status.progress?.stage !== shown?.progress?.stage) line.end();
      line.show(watchLine(status, Date.now()), true);
      shown = status;
      const { progress } = status;
      // The stage outlasts the answer for a moment, and the same round must not be answered twice.
      if (progress?.stage !== 'awaitingAnswers' || progress.round === answeredRound) continue;
      line.end();
      shown = undefined;
      answeredRound = progress.round;
      await client.answer(workflowId, { round: progress.round, answers: await answersTo(progress) });
    }
  } finally {
    clearInterval(ticking);
    line.end();
  }
}

async function answersTo({ challenges = [] }: Progress): Promise<Answers> {
  const right = answersFor(
    scenario,
    challenges.map(({ prompt }) => prompt),
  );
  for (const { prompt } of challenges) {
    const known = (right[prompt] ?? []).join(', ');
    console.log(interactive ? `(This bank takes: ${known})` : `The bank asks: ${prompt}; the demo answers: ${known}`);
  }
  return interactive ? askChallenges(challenges) : right;
}

function printResult(result: RetrieveAccountDetailsResult): void {
  const { institution, accounts, polls } = result;
  console.log(
    `\n${accounts.length} accounts at ${institution}, after ${polls} polls\n\n${accountsTable(result).trimEnd()}`,
  );
}

if (interactive && !process.stdin.isTTY) {
  console.error('--interactive needs a terminal to ask you at; without it the demo answers the bank itself.');
  process.exit(2);
}

let finished = false;
// Before the end Ctrl-C breaks the demo off; with --keep it is the way to end it. Children die with this process.
const signalled = untilSignal().then((exitCode) => process.exit(finished ? 0 : exitCode));
try {
  console.log('Starting a Temporal server with its Web UI, a Flinks simulator and a worker ...');
  const stack = await startStack();
  try {
    await Promise.race([demo(stack), stack.broken]);
    finished = true;
    if (keep) {
      console.log(`\nTemporal server   ${stack.temporal.address}
Web UI            ${stack.temporal.uiUrl}
Flinks simulator  ${stack.simulator.url}

Ctrl-C stops all of it.`);
      await Promise.race([signalled, stack.broken]);
    }
  } finally {
    await stack.stop();
  }
  process.exit(0);
} catch (error) {
  console.error(`The demo failed. ${(error as Error).message}`);
  process.exit(1);
}
