// Temporal takes 10,000 signals for a run and no more. Updates still pass, so the run can be finished.
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { answersFor, loginIdFor, startSimulator } from '../../simulator/server.js';
import { answerName, progressName, taskQueue, workflowType, type Progress } from '../../src/contract.js';
import { testConverter } from '../support/encryption.js';
import { devServer } from '../support/servers.js';
import { until } from '../support/until.js';
import { startWorker } from '../support/worker-process.js';

// All 10,000 take minutes: `SIGNALS=10000` sends them, the rest of the time fewer show that none of them stops the run.
const signals = Number(process.env['SIGNALS'] ?? 500);
const most = 10_000;
const question = 'What city were you born in?';

test(`a run that got ${signals} signals is finished by an update`, { timeout: 120_000 + signals * 60 }, async () => {
  const [server, simulator] = await Promise.all([devServer(), startSimulator()]);
  const worker = await startWorker(server, simulator);
  const connection = await Connection.connect({ address: server.address });
  try {
    const { workflow } = new Client({ connection, dataConverter: testConverter() });
    const handle = await workflow.start(workflowType, {
      taskQueue,
      workflowId: 'flooded',
      args: [{ login: { loginId: loginIdFor('question') }, mode: 'live', answerWithin: '24 hours' }],
    });
    const progress = () => handle.query<Progress>(progressName);
    await until('the run asks', async () => (await progress()).stage === 'awaitingAnswers');

    let left = signals;
    const sender = async () => {
      while (left-- > 0) await handle.signal(answerName, { answers: { 'Nobody asked this.': 'Montreal' } });
    };
    await Promise.all(Array.from({ length: 50 }, sender));
    const oneMore = () => handle.signal(answerName, { answers: {} }).then(() => 'taken', String);
    expect(signals < most || (await oneMore())).not.toBe('taken');
    const counted = async () => (await progress()).rejectedAnswers === signals;
    await until('every signal is counted', counted, { withinMs: 60_000 + signals * 20 });

    await handle.executeUpdate(answerName, { args: [{ round: 1, answers: answersFor('question', [question]) }] });
    expect(await handle.result()).toMatchObject({ challengeRounds: 1 });
    expect(simulator.requests.filter(({ answer }) => answer)).toHaveLength(1);
  } finally {
    await connection.close();
    await worker.stop();
    await simulator.close();
    await server.stop();
  }
});
