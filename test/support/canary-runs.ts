// Secrets that can be recognised wherever they turn up, and the runs that carry them through the whole flow.
import { randomBytes } from 'node:crypto';
import { PASSWORD } from '../../simulator/logins.js';
import { INSTITUTION } from '../../simulator/replies.js';
import { answersFor, SCENARIOS } from '../../simulator/server.js';
import { RunFailedError, ServerUnreachableError, type AccountDetailsClient } from '../../src/client.js';
import type { Challenge, RetrieveAccountDetailsInput, RetrieveAccountDetailsResult } from '../../src/contract.js';
import type { Canary } from './canary-scan.js';

export const unique = (): string => `Cnry${randomBytes(9).toString('hex')}`;
export const marks = {
  token: unique(),
  password: unique(),
  answer: unique(),
  accountNumber: unique(),
  holderName: unique(),
  address: unique(),
};
export const keys = { secretKey: unique(), apiKey: unique() };
/** A username selects its scenario and may end in a number of ours. */
const username = `+${BigInt(`0x${randomBytes(9).toString('hex')}`) + 10n ** 21n}`;
export const canaries: Canary[] = Object.entries({ ...marks, ...keys, username }).map(([name, value]) => ({
  name,
  value,
}));
/** The names of these canaries, as `found` returns them. */
export const namesOf = (some: readonly Canary[]): string[] => some.map(({ name }) => name).toSorted();

/** Polls so often that a run of the simulator takes seconds. */
export const polling = { interval: '1 second', deadline: '2 seconds' };

/** Credentials of a scenario, canaries among them. */
export const credentialsFor = (name: string) => ({
  institution: INSTITUTION.Institution,
  username: `${name}${username}`,
  password: PASSWORD + marks.password,
});

const answersTo = (scenario: string, challenges: readonly Challenge[]): Record<string, string[]> => {
  const right = answersFor(
    scenario,
    challenges.map(({ prompt }) => prompt),
  );
  return Object.fromEntries(
    Object.entries(right).map(([prompt, answers]) => [prompt, answers.map((answer) => answer + marks.answer)]),
  );
};

/** A server that keeps so many runs in a file on a slow disk may be late for the few seconds that a client gives it. */
async function patiently<T>(act: () => Promise<T>, attempts = 20): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ServerUnreachableError) || attempts === 1) throw error;
    return patiently(act, attempts - 1);
  }
}

/** Takes a run to its end, answering what the bank asks; `mistake` answers wrongly first. Returns the result, if any. */
export const drive = (...what: Parameters<typeof driveOnce>): ReturnType<typeof driveOnce> =>
  patiently(() => driveOnce(...what));

async function driveOnce(
  client: AccountDetailsClient,
  scenario: string,
  input: RetrieveAccountDetailsInput,
  mistake: boolean,
): Promise<RetrieveAccountDetailsResult | undefined> {
  const { workflowId } = await client.start({ polling, maxChallengeRounds: 10, ...input });
  let answered = 0;
  if (SCENARIOS.some(({ name, rounds }) => name === scenario && rounds.length > 0))
    for await (const { progress } of client.watch(workflowId, { everyMs: 300 })) {
      const { challenges, round = 0 } = progress ?? {};
      if (!challenges || round <= answered) continue;
      const wrong = Object.fromEntries(challenges.map(({ prompt }) => [prompt, `Nowhere${marks.answer}`]));
      const answers = mistake && answered === 0 ? wrong : answersTo(scenario, challenges);
      answered = round;
      // The time to answer may be over by now.
      await client.answer(workflowId, { answers, round }).catch(() => undefined);
    }
  return client.result(workflowId).catch((error: unknown) => {
    if (error instanceof RunFailedError) return undefined;
    throw error;
  });
}

/** Does everything, at most so many at once. */
export async function inTurns<T, R>(items: readonly T[], atOnce: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const waiting = [...items];
  const done: R[] = [];
  const turn = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) done.push(await act(item));
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
  return done;
}
