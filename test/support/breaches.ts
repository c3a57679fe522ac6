import type { RecordedRequest } from '../../simulator/server.js';

/** What a run must never have done, whatever went wrong, by what Flinks was asked for its LoginId; empty where all is well. */
export function breachesOf(requests: readonly RecordedRequest[], allowed: { liveLogins: number }): string[] {
  const found: string[] = [];
  const live = requests.filter((request) => request.live).length;
  if (live > allowed.liveLogins) found.push(`${live} live logins`);
  for (const { endpoint, openAlongside, closedAt } of requests) {
    if (openAlongside > 0) found.push(`two ${endpoint} open at the same time`);
    if (closedAt === undefined) found.push(`${endpoint} is still open`);
  }
  for (const id of new Set(requests.map(({ requestId }) => requestId))) {
    const session = requests.filter(({ requestId }) => requestId === id);
    found.push(...answersUnasked(session), ...detailsRepeated(session));
  }
  return found;
}

/** Each answer follows a question of its session that no other answer followed. */
function answersUnasked(session: readonly RecordedRequest[]): string[] {
  let asked = false;
  return session.flatMap(({ endpoint, answer, status }) => {
    if (endpoint !== 'Authorize') return [];
    const unasked = answer === true && !asked;
    // A wrong answer is asked for again by a 401.
    asked = status === 203 || (answer === true && status === 401);
    return unasked ? ['an answer that nobody asked for'] : [];
  });
}

/** Flinks has begun the work, and its answer says nothing of it. */
const doneUnheard = /^(reset-|truncated|empty)/;

/** Detail may be running from the moment it was posted until Flinks has answered that it is not. */
function detailsRepeated(session: readonly RecordedRequest[]): string[] {
  let mayBeRunning = false;
  return session.flatMap(({ endpoint, status, fault = '', abortedByClient }) => {
    if (endpoint !== 'GetAccountsDetail') return [];
    const repeated = mayBeRunning;
    mayBeRunning = status === undefined || status === 202 || abortedByClient === true || doneUnheard.test(fault);
    return repeated ? ['Detail posted again while it may be running'] : [];
  });
}
