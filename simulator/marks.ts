import { isObject, type Json } from './fields.js';
import type { Incoming } from './flinks.js';
import type { Reply } from './replies.js';

/**
 * Texts by which a leak is found again: each stands at the end of every value of its kind. A client may send a password
 * and typed answers with theirs; choices come with it, so they are sent back with it.
 */
export interface Marks {
  token: string;
  password: string;
  answer: string;
  accountNumber: string;
  holderName: string;
  address: string;
}

const markedKeys: Record<string, keyof Marks> = {
  Token: 'token',
  Iterables: 'answer',
  AccountNumber: 'accountNumber',
  Name: 'holderName',
  CivicAddress: 'address',
};

/** The reply with every mark at its place. */
export function withMarks(reply: Reply, marks: Partial<Marks>): Reply {
  return reply.body && Object.keys(marks).length > 0 ? { ...reply, body: markAll(reply.body, marks) as Json } : reply;
}

function markAll(value: unknown, marks: Partial<Marks>, mark = ''): unknown {
  if (typeof value === 'string') return value + mark;
  if (Array.isArray(value)) return value.map((one) => markAll(one, marks, mark));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, one]) => {
    const kind = markedKeys[key];
    return [key, markAll(one, marks, kind && marks[kind])];
  });
  return Object.fromEntries(entries);
}

/** The request as it would be without marks. */
export function withoutMarks(incoming: Incoming, marks: Partial<Marks>): Incoming {
  const { headers, body } = incoming;
  const token = headers['flinks-auth-key'];
  return {
    ...incoming,
    headers: { ...headers, ...(token !== undefined && { 'flinks-auth-key': without(token, marks.token) }) },
    body: body && Object.fromEntries(Object.entries(body).map(([key, value]) => [key, unmarkField(key, value, marks)])),
  };
}

function unmarkField(key: string, value: unknown, { password, answer }: Partial<Marks>): unknown {
  if (typeof value === 'string') return key.toLowerCase() === 'password' ? without(value, password) : value;
  if (key.toLowerCase() !== 'securityresponses' || !isObject(value)) return value;
  const bare = (one: unknown): unknown => (typeof one === 'string' ? without(one, answer) : one);
  const entries = Object.entries(value).map(([prompt, given]) => [
    prompt,
    Array.isArray(given) ? given.map(bare) : given,
  ]);
  return Object.fromEntries(entries);
}

const without = (text: string, mark = ''): string =>
  mark !== '' && text.endsWith(mark) ? text.slice(0, -mark.length) : text;
