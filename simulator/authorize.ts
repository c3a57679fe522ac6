import { listOfTexts, isGuid, isObject, type Json } from './fields.js';
import { judge, onTheWire, type Challenge } from './challenges.js';
import { loginBody } from './login-body.js';
import { randomFrom } from './random.js';
import {
  badAuthKey,
  coded,
  INSTITUTION,
  invalidLogin,
  invalidRequest,
  type Reply,
  sessionNonexistent,
  success,
  unknownKey,
} from './replies.js';
import type { Session } from './sessions.js';
import type { Call, Door, World } from './world.js';

const CHANCES_AFTER_A_WRONG_ANSWER = 2;

export const generateAuthorizeToken: Door = {
  check({ keys, withoutTokens }, { headers }) {
    if (withoutTokens) return coded(401, 'METHOD_NOT_AVAILABLE');
    return headers['flinks-auth-key'] === keys.secretKey ? undefined : badAuthKey('secret key');
  },
  perform(world, call) {
    call.token = world.tokens.mint(call.at);
    return success({ Token: call.token.value });
  },
};

export const authorize: Door = {
  check(world, call) {
    const isAnswer = call.body.text('RequestId') !== undefined;
    if (!world.withoutTokens) {
      const token = world.tokens.find(call.headers['flinks-auth-key'], call.at);
      if (!token || (token.spent && !isAnswer)) return badAuthKey('authorize token');
      call.token = token;
    }
    return isAnswer ? checkAnswer(world, call) : checkLogin(world, call);
  },
  perform(world, call) {
    return call.session ? answer(world, call, call.session) : open(world, call);
  },
};

function checkAnswer(world: World, call: Call): Reply | undefined {
  const requestId = call.body.text('RequestId') ?? '';
  const session = world.sessions.find(requestId, call.at);
  if (!session) return sessionNonexistent();
  call.session = session;
  call.login = session.login;
  if (!world.withoutTokens && call.token?.requestId !== session.requestId) return badAuthKey('authorize token');
  return responsesOf(call) ? undefined : invalidRequest('SecurityResponses must hold an array of strings per prompt.');
}

function checkLogin(world: World, call: Call): Reply | undefined {
  const { body } = call;
  const [loginId, username] = [body.text('LoginId'), body.text('Username')];
  const cached = body.flag('MostRecentCached');
  if (cached === undefined) return invalidRequest('MostRecentCached is missing.');
  if ((loginId === undefined) === (username === undefined)) {
    return invalidRequest('Either a LoginId or Institution, Username and Password are needed.');
  }
  if (loginId !== undefined) {
    if (!isGuid(loginId)) return invalidRequest('LoginId must be a GUID.');
    const login = world.logins.byLoginId(loginId);
    if (login) call.login = login;
    return login ? undefined : invalidLogin();
  }
  const [institution, password] = [body.text('Institution'), body.text('Password')];
  if (username === undefined || institution === undefined || password === undefined) {
    return invalidRequest('Institution, Username and Password are needed together.');
  }
  if (cached) return invalidRequest('Credentials cannot be used with MostRecentCached.');
  if (institution.toLowerCase() !== INSTITUTION.Institution.toLowerCase()) {
    return invalidRequest('The Institution is unknown.');
  }
  const language = body.text('Language') ?? 'en';
  const login = world.logins.byCredentials({ institution, username, password, language });
  if (login) call.login = login;
  return login ? undefined : invalidLogin();
}

function open(world: World, call: Call): Reply {
  const { login, body } = call;
  if (!login) return invalidLogin();
  const { scenario } = login;
  const live = body.flag('MostRecentCached') === false;
  const asks = live || scenario.asksCached;
  const tag = body.text('Tag');
  const rounds = asks
    ? scenario.rounds.map((round) => (scenario.askOne ? oneOf(round, world, login.loginId) : round))
    : [];
  const save = body.flag('Save') !== false;
  const session = world.sessions.open({ login, live, save, rounds, ...(tag !== undefined && { tag }) }, call.at);
  call.session = session;
  if (call.token) call.token.requestId = session.requestId;
  return goOn(world, call, session);
}

/** Asks the open round, or says that the session is open. */
function goOn(world: World, call: Call, session: Session): Reply {
  const [round] = session.rounds;
  const answered = call.body.text('RequestId') !== undefined;
  const envelope = {
    ...INSTITUTION,
    RequestId: session.requestId,
    ...(session.tag !== undefined && { Tag: session.tag }),
  };
  if (round) return { status: 203, body: { HttpStatusCode: 203, ...asked(round), ...envelope } };

  if (session.live) session.login.refreshedAt = call.at;
  if (session.live && session.save) world.logins.save(session.login);
  // An answer to a question of the cached mode was seen to be answered without Login.
  const login = answered && !session.live ? {} : loginBody(session, call.at);
  return success({ Links: LINKS, ...login, ...envelope });
}

function answer(world: World, call: Call, session: Session): Reply {
  const [round, ...later] = session.rounds;
  const responses = responsesOf(call);
  if (!round || !responses) return unknownKey();
  switch (judge(round, responses)) {
    case 'unknown key':
      return unknownKey();
    case 'incomplete':
      return coded(401, 'SECURITYRESPONSES_INCOMPLETE');
    case 'empty':
      return goOn(world, call, session);
    case 'wrong':
      return refuse(session, round);
    case 'right':
      session.rounds = later;
      return goOn(world, call, session);
  }
}

function refuse(session: Session, round: readonly Challenge[]): Reply {
  const { wrongAnswer } = session.login.scenario;
  session.wrongAnswers += 1;
  if (wrongAnswer === 'again' && session.wrongAnswers <= CHANCES_AFTER_A_WRONG_ANSWER) {
    return coded(401, 'INVALID_SECURITY_RESPONSE', { ...asked(round), RequestId: session.requestId });
  }
  session.ended = true;
  return coded(401, wrongAnswer === 'final-plain' ? 'INVALID_SECURITY_RESPONSE' : 'INVALID_SECURITY_RESPONSE_NO_RETRY');
}

function responsesOf({ body }: Call): Record<string, string[]> | undefined {
  const responses = body.value('SecurityResponses');
  if (!isObject(responses)) return undefined;
  const entries = Object.entries(responses).map(([prompt, given]) => [prompt, listOfTexts(given)] as const);
  const valid = entries.filter((entry): entry is readonly [string, string[]] => entry[1] !== undefined);
  return valid.length === entries.length ? Object.fromEntries(valid) : undefined;
}

function oneOf(round: readonly Challenge[], { seed }: World, loginId: string): Challenge[] {
  return [randomFrom(seed, loginId, 'question').pick(round)];
}

function asked(round: readonly Challenge[]): Json {
  return {
    Links: [{ rel: 'Authorization', href: '/Authorize', example: null }],
    SecurityChallenges: round.map(onTheWire),
  };
}

const LINKS = ['AccountsDetail', 'AccountsSummary', 'Statements'].map((rel) => ({
  rel,
  href: `/Get${rel}`,
  example: null,
}));
