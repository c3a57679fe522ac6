import type { IncomingMessage, ServerResponse } from 'node:http';
import { send } from './deliver.js';
import { type FaultRule, parseFaultRule } from './faults.js';
import { type Json, parseBody } from './fields.js';
import { scenarioList } from './list.js';
import { countByEndpoint, type RecordedRequest, requestsOf } from './record.js';

/** What the control endpoints may do to a simulator. */
export interface Controls {
  requests: RecordedRequest[];
  advanceClock(ms: number): void;
  inject(rule: FaultRule): void;
  reset(): void;
}

type Action = (controls: Controls, body: Json, loginId: string | null) => unknown;

const done = { ok: true };

const ACTIONS: Record<string, Action> = {
  'GET health': () => done,
  'GET scenarios': () => scenarioList(),
  'GET requests': ({ requests }, _, loginId) => requestsOf(requests, loginId),
  'GET counts': ({ requests }, _, loginId) => countByEndpoint(requestsOf(requests, loginId)),
  'POST clock': (controls, { advanceMs }) => {
    if (typeof advanceMs !== 'number' || !Number.isFinite(advanceMs))
      throw new TypeError('"advanceMs" must be a number.');
    controls.advanceClock(advanceMs);
    return done;
  },
  'POST faults': (controls, body) => {
    controls.inject(parseFaultRule(body));
    return done;
  },
  'POST reset': (controls) => {
    controls.reset();
    return done;
  },
};

export const CONTROL_PATH = '/_simulator/';

/** Serves the endpoints under /_simulator, for tests that run in another process. */
export function control(controls: Controls, request: IncomingMessage, response: ServerResponse, text: string): void {
  const url = new URL(request.url ?? '/', 'http://simulator');
  const action = ACTIONS[`${request.method} ${url.pathname.slice(CONTROL_PATH.length)}`];
  const body = parseBody(text);
  if (!action)
    return sendError(response, 404, `There is only ${Object.keys(ACTIONS).join(', ')} under ${CONTROL_PATH}.`);
  if (!body) return sendError(response, 400, 'The body must be a JSON object.');
  try {
    sendJson(response, 200, action(controls, body, url.searchParams.get('loginId')));
  } catch (error) {
    sendError(response, 400, error instanceof Error ? error.message : String(error));
  }
}

function sendError(response: ServerResponse, status: number, message: string): void {
  send(response, { status, body: { error: message } });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}
