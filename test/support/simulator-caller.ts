import { answersFor, loginIdFor, type Simulator } from '../../simulator/server.js';

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined where it is no JSON. */
  body: Record<string, unknown> | undefined;
}

/** A bare client of the simulator, so that its tests see what any client would see. */
export function callerOf(simulator: Simulator) {
  const { keys, url } = simulator;

  async function send(
    method: string,
    path: string,
    key: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Answered> {
    const response = await fetch(`${url}/v3/${keys.customerId}/BankingServices/${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'flinks-auth-key': key, 'x-api-key': keys.apiKey },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  const token = async (): Promise<string> =>
    String((await send('POST', 'GenerateAuthorizeToken', keys.secretKey)).body?.['Token']);
  const authorize = async (body: unknown, key?: string): Promise<Answered> =>
    send('POST', 'Authorize', key ?? (await token()), body);
  const get = (endpoint: string, requestId: string): Promise<Answered> => send('GET', `${endpoint}/${requestId}`, '');
  const post = (endpoint: string, body: unknown): Promise<Answered> => send('POST', endpoint, '', body);

  /** Opens a session for a LoginId of a scenario and answers what is asked; returns its RequestId. */
  async function openSession(scenario: string, more: Record<string, unknown> = {}): Promise<string> {
    const key = await token();
    let reply = await authorize({ LoginId: loginIdFor(scenario), MostRecentCached: true, ...more }, key);
    const requestId = String(reply.body?.['RequestId']);
    while (reply.status === 203) {
      const answers = answersFor(scenario, promptsOf(reply));
      reply = await authorize({ RequestId: requestId, SecurityResponses: answers }, key);
    }
    return requestId;
  }

  return { send, token, authorize, get, post, openSession };
}

export function promptsOf({ body }: Answered): string[] {
  const challenges = body?.['SecurityChallenges'] as { Prompt: string }[];
  return challenges.map(({ Prompt }) => Prompt);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
