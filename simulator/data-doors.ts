import { accountIdsOf, detailsOf, summaryOf } from './accounts.js';
import { fieldsOf, type Json, listOfTexts } from './fields.js';
import { filled } from './filled.js';
import { loginBody, refreshedAt } from './login-body.js';
import type { Owner } from './owner.js';
import {
  accessDenied,
  coded,
  INSTITUTION,
  invalidLogin,
  invalidRequest,
  pending,
  type Reply,
  sessionNonexistent,
  success,
} from './replies.js';
import { isReady, type JobKind, type Session } from './sessions.js';
import type { Call, Door, World } from './world.js';

/** POST: takes the request for data on, and answers with the data or 202. */
export function postData(kind: JobKind): Door {
  return {
    check: (world, call) =>
      checkSession(world, call, call.body.text('RequestId')) ??
      (kind === 'detail' ? checkDetail(world, call) : undefined),
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

export const deleteCard: Door = {
  check(world, call) {
    // No page shows a key header here, so a missing one is let in; a wrong one is not.
    const key = call.headers['x-api-key'];
    if (key !== undefined && key !== world.keys.apiKey) return accessDenied();
    const login = world.logins.byLoginId(call.id ?? '');
    if (!login) return invalidLogin();
    call.login = login;
    return world.sessions.of(login, call.at).some(isProcessing) ? coded(400, 'CARD_IN_USE') : undefined;
  },
  perform(world, { login, at }) {
    if (!login) return invalidLogin();
    for (const session of world.sessions.of(login, at)) session.ended = true;
    world.logins.forget(login);
    return success({ Message: 'SUCCESS' });
  },
};

const ENDPOINT: Record<JobKind, string> = { summary: 'GetAccountsSummary', detail: 'GetAccountsDetail' };

function checkSession({ keys, sessions }: World, call: Call, requestId: string | undefined): Reply | undefined {
  if (call.headers['x-api-key'] !== keys.apiKey) return accessDenied();
  if (requestId === undefined) return invalidRequest('RequestId is missing.');
  const session = sessions.find(requestId, call.at);
  if (!session) return sessionNonexistent();
  call.session = session;
  call.login = session.login;
  return session.rounds.length > 0 ? sessionNonexistent() : undefined;
}

function checkDetail({ seed }: World, { body, login }: Call): Reply | undefined {
  const days = body.value('DaysOfTransactions') ?? 'Days90';
  if (days !== 'Days90' && days !== 'Days365') return invalidRequest('DaysOfTransactions must be Days90 or Days365.');
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
  const echo: Json = { Links: DETAIL_LINK, ...(tag !== undefined && { Tag: tag }) };
  const accounts: Json =
    kind === 'summary'
      ? { ...echo, Accounts: summaryOf(owner) }
      : { ...(owner.data.filled && filled(echo)), Accounts: detailsOf(owner, wishes) };
  return success({ ...accounts, ...loginBody(session, at), ...INSTITUTION, RequestId: requestId });
}

const DETAIL_LINK = [{ rel: 'AccountsDetail', href: '/GetAccountsDetail', example: null }];

function isProcessing(session: Session): boolean {
  return (['summary', 'detail'] as const).some((kind) => session.jobs[kind] !== undefined && !isReady(session, kind));
}
