import { authorize, generateAuthorizeToken } from './authorize.js';
import { deleteCard, pollData, postData } from './data-doors.js';
import type { Keys } from './defaults.js';
import { type Endpoint, METHODS } from './endpoints.js';
import { createFaultPlan, type Fault, type FaultRule } from './faults.js';
import { fieldsOf, type Json } from './fields.js';
import { coded, failure, invalidRequest, page, type Reply } from './replies.js';
import { type Call, createWorld, type Door } from './world.js';

/** A request as it came, its path already taken apart. `body` is undefined if it is not a JSON object. */
export interface Incoming {
  endpoint: Endpoint;
  method: string;
  customerId: string;
  id?: string;
  headers: Record<string, string>;
  body: Json | undefined;
  at: number;
}

/** What came of a request: the reply, the fault that is to befall it, and whom it concerned. */
export interface Outcome {
  call: Call;
  /** The login's, also if its session has ended. */
  loginId: string | undefined;
  live: boolean;
  answer: boolean;
  reply: Reply;
  fault?: Fault;
}

export interface Flinks {
  handle(incoming: Incoming): Outcome;
  inject(rule: FaultRule): void;
  reset(): void;
}

const DOORS: Record<Endpoint, Door> = {
  GenerateAuthorizeToken: generateAuthorizeToken,
  Authorize: authorize,
  GetAccountsSummary: postData('summary'),
  GetAccountsSummaryAsync: pollData('summary'),
  GetAccountsDetail: postData('detail'),
  GetAccountsDetailAsync: pollData('detail'),
  DeleteCard: deleteCard,
};

/** Flinks without its sockets: requests in, outcomes out, all at once and in order. */
export function createFlinks(keys: Keys, seed: number, withoutTokens: boolean): Flinks {
  let world = createWorld(keys, seed, withoutTokens);
  let injected = createFaultPlan();

  return {
    inject: (rule) => injected.add(rule),
    reset() {
      world = createWorld(keys, seed, withoutTokens);
      injected = createFaultPlan();
    },
    handle(incoming) {
      const { endpoint, method, headers, id, at } = incoming;
      const body = fieldsOf(incoming.body ?? {});
      const call: Call = { headers, body, at, ...(id !== undefined && { id }) };
      const answer = endpoint === 'Authorize' && body.text('RequestId') !== undefined;
      const live = endpoint === 'Authorize' && !answer && body.flag('MostRecentCached') === false;
      const outcome = (reply: Reply, fault?: Fault): Outcome => {
        const login = call.login ?? world.sessions.recall(id ?? body.text('RequestId'))?.login;
        return { call, loginId: login?.loginId, live, answer, reply, ...(fault && { fault }) };
      };

      if (incoming.customerId.toLowerCase() !== keys.customerId.toLowerCase()) return outcome(page(404, 'Not Found'));
      if (method !== METHODS[endpoint]) {
        return outcome({ ...page(405, 'Method Not Allowed'), headers: { allow: METHODS[endpoint] } });
      }
      if (incoming.body === undefined) return outcome(invalidRequest('The body is not a JSON object.'));

      const door = DOORS[endpoint];
      const refused = door.check(world, call);
      if (refused) {
        spendToken(call, endpoint);
        return outcome(refused);
      }
      const target = { endpoint, loginId: call.login?.loginId, live, answer };
      const planned = call.login?.faults.next(target);
      const fault = injected.next(target) ?? planned;
      if (fault?.kind === 'reset-before') return outcome({ status: 0 }, fault);
      if (fault?.kind !== 'status') {
        spendToken(call, endpoint);
        return outcome(door.perform(world, call), fault);
      }
      if (fault.processed || fault.code !== undefined) spendToken(call, endpoint);
      const requestId = fault.processed ? door.perform(world, call).body?.['RequestId'] : undefined;
      if (fault.code === 'SESSION_NONEXISTENT' && call.session) call.session.ended = true;
      return outcome(statusReply(fault, requestId), fault);
    },
  };
}

/** A token is used up by whatever Flinks itself answers; a gateway's error page or a reset leaves it unused. */
function spendToken(call: Call, endpoint: Endpoint): void {
  if (endpoint === 'Authorize' && call.token) call.token.spent = true;
}

function statusReply(fault: Extract<Fault, { kind: 'status' }>, requestId: unknown): Reply {
  const { status, code, message, headers = {}, html, body } = fault;
  if (html !== undefined) return { status, headers, html };
  const more = requestId === undefined ? {} : { RequestId: requestId };
  if (body) return { status, headers, body: { ...body, ...more } };
  if (code === undefined) return { status, headers };
  return { ...(message === undefined ? coded(status, code, more) : failure(status, code, message, more)), headers };
}
