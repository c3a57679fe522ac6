// What has to hold for every run, whatever failed around it: judged by what came out and by Flinks' own record.
import type { AccountDetailsClient } from '../../src/client.js';
import { AccountDetailsError } from '../../src/client.js';
import { accountIdsOf } from '../../simulator/accounts.js';
import type { RecordedRequest } from '../../simulator/record.js';
import { scenarioNamed } from '../../simulator/scenarios.js';
import type { RetrieveAccountDetailsResult } from '../../src/contract.js';

/** How a run ended: its result, or the code of its failure; `stuck` where it did not end in the time it was given. */
export type Ended = { result: RetrieveAccountDetailsResult } | { code: string } | 'stuck';

/** One word for it. */
export const codeOf = (ended: Ended): string =>
  ended === 'stuck' ? ended : 'code' in ended ? ended.code : 'completed';

/** Waits for a run's end, also while its server is away. */
export async function endOf(client: AccountDetailsClient, workflowId: string, withinMs = 120_000): Promise<Ended> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<'stuck'>((resolve) => {
      timer = setTimeout(resolve, Math.max(giveUpAt - Date.now(), 0), 'stuck' as const);
    });
    try {
      return await Promise.race([client.result(workflowId).then((result) => ({ result })), tooLong]);
    } catch (error) {
      if (!(error instanceof AccountDetailsError)) throw error;
      if (error.code !== 'ServerUnreachable') return { code: error.code };
    } finally {
      clearTimeout(timer);
    }
  }
}

export interface Expectation {
  scenario: string;
  loginId: string;
  live?: boolean;
  /** Whether a fault may have hit a live login or an answer on its way. */
  mayBeUnknown?: boolean;
}

export interface Verdict {
  lost: string[];
  doubled: string[];
  stuck: string[];
}

/** What a run broke of its promises, in words; nothing where all of them held. */
export function judge(
  { scenario, loginId, live, mayBeUnknown }: Expectation,
  ended: Ended,
  requests: RecordedRequest[],
): Verdict {
  const { data, rounds } = scenarioNamed(scenario);
  const verdict: Verdict = { lost: [], doubled: [], stuck: [] };
  if (ended === 'stuck') verdict.stuck.push(`${loginId} did not end.`);
  else if ('code' in ended) {
    if (!(mayBeUnknown && ended.code === 'LoginOutcomeUnknown'))
      verdict.lost.push(`${loginId} ended as ${ended.code}.`);
  } else {
    const got = ended.result.accounts.map(({ id }) => id);
    const wanted = accountIdsOf({ seed: 1, loginId, data });
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      verdict.lost.push(`${loginId} has other accounts than its own.`);
  }
  const count = (fits: (request: RecordedRequest) => unknown): number => requests.filter(fits).length;
  const atMost = (most: number, what: string, n: number): void => {
    if (n > most) verdict.doubled.push(`${loginId}: ${n} ${what}, and no more than ${most} may be.`);
  };
  atMost(
    live ? 1 : 0,
    'live logins',
    count((one) => one.live),
  );
  atMost(
    0,
    'overlapping Authorizes',
    count((one) => one.endpoint === 'Authorize' && one.openAlongside > 0),
  );
  // A cached Authorize whose worker died is made again, and opens a session that nobody uses. One that was used and lost
  // may be made up for by one other, which asks and is asked anew.
  const used = requests.filter(({ endpoint }) => endpoint.startsWith('GetAccounts'));
  atMost(2, 'sessions', new Set(used.map(({ requestId }) => requestId)).size);
  const sessions = new Set(requests.flatMap(({ requestId }) => requestId ?? []));
  for (const session of sessions) {
    const inSession = requests.filter(({ requestId }) => requestId === session);
    atMost(rounds.length, 'answers', inSession.filter(({ answer }) => answer).length);
    atMost(1, 'posts for Detail', inSession.filter(({ endpoint }) => endpoint === 'GetAccountsDetail').length);
  }
  return verdict;
}

/** All verdicts as one. */
export function together(verdicts: readonly Verdict[]): Verdict {
  const all = (kind: keyof Verdict): string[] => verdicts.flatMap((verdict) => verdict[kind]);
  return { lost: all('lost'), doubled: all('doubled'), stuck: all('stuck') };
}

export const unbroken: Verdict = { lost: [], doubled: [], stuck: [] };

export const tally = ({ lost, doubled, stuck }: Verdict) => ({
  lost: lost.length,
  doubled: doubled.length,
  stuck: stuck.length,
});
