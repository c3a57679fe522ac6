import { accessDenied, coded, invalidLogin, invalidRequest, type Reply, success } from './replies.js';
import { isProcessing } from './sessions.js';
import type { Call, Door, World } from './world.js';

/** Deletes all that is stored of a LoginId. The form of its reply is that of the PHP and C# clients. */
export const deleteCard: Door = {
  check: (world, call) =>
    checkCard(world, call, call.id) ??
    (call.login && world.sessions.of(call.login, call.at).some(isProcessing) ? coded(400, 'CARD_IN_USE') : undefined),
  perform(world, { login, at }) {
    if (!login) return invalidLogin();
    for (const session of world.sessions.of(login, at)) session.ended = true;
    world.logins.forget(login);
    return {
      status: 200,
      body: { StatusCode: 200, Message: `All information about the LoginId ${login.loginId} has been removed.` },
    };
  },
};

/** The questions whose answers Flinks could store. They are not those of an open session. */
export const getMfaQuestions: Door = {
  check: (world, call) => checkCard(world, call, call.id),
  perform(_, { login }) {
    const challenges = login?.scenario.rounds.flat() ?? [];
    const simple = challenges.filter(({ type }) => type === 'QuestionAndAnswer');
    return success({ Message: 'SUCCESS', Questions: simple.map(({ prompt }) => ({ Question: prompt })) });
  },
};

/** Switches the nightly refresh on or off; `Login.IsScheduledRefresh` tells which. */
export const setScheduledRefresh: Door = {
  check: (world, call) =>
    checkCard(world, call, call.body.text('LoginId')) ??
    (call.body.flag('IsActivated') === undefined ? invalidRequest('IsActivated is missing.') : undefined),
  perform(_, { login, body }) {
    if (!login) return invalidLogin();
    login.scheduledRefresh = body.flag('IsActivated') === true;
    return success({ Message: 'SUCCESS' });
  },
};

/** No page shows a key header at these endpoints, so a missing one is let in; a wrong one is not. */
function checkCard(world: World, call: Call, loginId = ''): Reply | undefined {
  const key = call.headers['x-api-key'];
  if (key !== undefined && key !== world.keys.apiKey) return accessDenied();
  const login = world.logins.byLoginId(loginId);
  if (!login) return invalidLogin();
  call.login = login;
  return undefined;
}
