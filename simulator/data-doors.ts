import { accountIdsOf, detailsOf, summaryOf } from './accounts.js';
import { type Fields, fieldsOf, type Json, listOfTexts } from './fields.js';
import { filled } from './filled.js';
import { loginBody, refreshedAt } from './login-body.js';
import type { Owner } from './owner.js';
import {
  accessDenied,
  INSTITUTION,
  invalidRequest,
  notAuthorizedYet,
  pending,
  type Reply,
  sessionNonexistent,
  success,
} from './replies.js';
import { isReady, type JobKind, type Session } from './sessions.js';
import { checkStatements, statementsOf } from './statements.js';
import type { Call, Door, World } from './world.js';

/** POST: takes the request for data on, and answers with the data or 202. */
export function postData(kind: JobKind): Door {
  return {
    check: (world, call) =>
      checkSession(world, call, call.body.text('RequestId')) ??
      (kind === 'summary' ? undefined : checkFilter(world, call)) ??
      (kind === 'detail' ? checkDetail(call) : kind === 'statements' ? checkStatements(call) : undefined),
    perform(world, call) {
      const { session } = call;
      if (!session) return sessionNonexistent();
      session.jobs[kind] = { wishes: call.body, polls: session.jobs[kind]?.polls ?? 0 };
      return isReady(session, kind) ? data(world, call, session, kind) : stillPending(session, kind);
    },
  };
}

/** GET …Async: one poll of a request that this session has taken on. */
export function pollData(kind: JobKind): Door {
  return {
    check(world, call) {
      const refused = checkSession(world, call, call.id);
      return refused ?? (call.session?.jobs[kind] ? undefined : sessionNonexistent());
    },
    perform(world, call) {
      const { session } = call;
      const job = session?.jobs[kind];
      if (!session || !job) return sessionNonexistent();
      job.polls += 1;
      return isReady(session, kind) ? data(world, call, session, kind) : stillPending(session, kind, ENDPOINT[kind]);
    },
  };
}

const ENDPOINT: Record<JobKind, string> = {
  summary: 'GetAccountsSummary',
  detail: 'GetAccountsDetail',
  statements: 'GetStatements',
};

function checkSession(
  { keys, withoutKeys, sessions }: World,
  call: Call,
  requestId: string | undefined,
): Reply | undefined {
  const key = call.headers['x-api-key'];
  if (key !== keys.apiKey && !(withoutKeys && key === undefined)) return accessDenied();
  if (requestId === undefined) return invalidRequest('RequestId is missing.');
  const session = sessions.find(requestId, call.at);
  if (!session) return sessionNonexistent();
  call.session = session;
  call.login = session.login;
  return session.rounds.length > 0 ? notAuthorizedYet() : undefined;
}

function checkDetail({ body }: Call): Reply | undefined {
  const days = body.value('DaysOfTransactions') ?? 'Days90';
  return days === 'Days90' || days === 'Days365'
    ? undefined
    : invalidRequest('DaysOfTransactions must be Days90 or Days365.');
}

function checkFilter({ seed }: World, { body, login }: Call): Reply | undefined {
  const filter = listOfTexts(body.value('AccountsFilter') ?? []);
  if (!filter || !login) return invalidRequest('AccountsFilter must be an array of account Ids.');
  const ids = accountIdsOf({ seed, loginId: login.loginId, data: login.scenario.data });
  const known = filter.every((id) => ids.includes(id.toLowerCase()));
  return known ? undefined : invalidRequest('AccountsFilter names an account that the login does not have.');
}

function stillPending(session: Session, kind: JobKind, endpoint?: string): Reply {
  const code = session.login.scenario[kind]?.code ?? 'OPERATION_PENDING';
  return pending(code, session.requestId, endpoint);
}

function data({ seed }: World, { at }: Call, session: Session, kind: JobKind): Reply {
  const { login, requestId, tag } = session;
  const owner: Owner = {
    seed,
    loginId: login.loginId,
    data: login.scenario.data,
    refreshedAt: refreshedAt(login, at),
  };
  const wishes = session.jobs[kind]?.wishes ?? fieldsOf({});
  const echo: Json = { Links: LINKS, ...(tag !== undefined && { Tag: tag }) };
  return success({
    ...dataOf(kind, owner, wishes),
    ...(kind === 'summary' && echo),
    ...(kind === 'detail' && owner.data.filled && filled(echo)),
    ...loginBody(session, at),
    ...INSTITUTION,
    RequestId: requestId,
  });
}

function dataOf(kind: JobKind, owner: Owner, wishes: Fields): Json {
  if (kind === 'statements') return { StatementsByAccount: statementsOf(owner, wishes) };
  return { Accounts: kind === 'summary' ? summaryOf(owner, wishes) : detailsOf(owner, wishes) };
}

const LINKS = ['AccountsDetail', 'Statements'].map((rel) => ({ rel, href: `/Get${rel}`, example: null }));
