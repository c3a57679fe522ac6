import type { Endpoint } from './endpoints.js';
import type { Fault } from './faults.js';
import type { Json } from './fields.js';
import type { Token } from './tokens.js';

/** One request that came, also to a door that is not there. Times are milliseconds of the simulator's clock. */
export interface RecordedRequest {
  at: number;
  /** The last name of the path, or the whole path if it is none of Flinks'. */
  endpoint: Endpoint | (string & {});
  method: string;
  /** Whose request it was. A token request gets it when the token opens a session. */
  loginId?: string;
  requestId?: string;
  /** Authorize only: a new login at the bank, MostRecentCached false and no RequestId. */
  live?: boolean;
  /** Authorize only: an answer, which carries a RequestId. */
  answer?: boolean;
  headers: Record<string, string>;
  /** The parsed body, or the text itself if it is not a JSON object. */
  body?: Json | string;
  /** How many requests of the same endpoint and LoginId were still open when this one came. */
  openAlongside: number;
  fault?: Fault['kind'];
  /** Set when the reply begins to leave; absent if none ever did. */
  status?: number;
  code?: string;
  /** When the exchange ended: the reply was sent, or the connection was gone. */
  closedAt?: number;
  abortedByClient?: boolean;
}

/** The requests in the order of their arrival, and which of them are still open. */
export interface Recorder {
  requests: RecordedRequest[];
  /** Enters a request. `token` ties the request that minted it to the login that it opens a session for. */
  open(request: Omit<RecordedRequest, 'openAlongside'>, token?: Token): RecordedRequest;
  /** Notes that the exchange has ended, now, and when that was, once it is known. */
  close(request: RecordedRequest, at: Promise<number>): Promise<void>;
  clear(): void;
}

const RECORDED_HEADERS = ['flinks-auth-key', 'x-api-key', 'authorization', 'content-type', 'accept', 'user-agent'];

export function createRecorder(): Recorder {
  const requests: RecordedRequest[] = [];
  const open = new Set<RecordedRequest>();
  const mints = new WeakMap<Token, RecordedRequest>();
  return {
    requests,
    open(request, token) {
      const openAlongside =
        request.loginId === undefined
          ? 0
          : [...open].filter((other) => other.endpoint === request.endpoint && other.loginId === request.loginId)
              .length;
      const record: RecordedRequest = { ...request, openAlongside };
      requests.push(record);
      open.add(record);
      if (token) {
        const mint = mints.get(token) ?? record;
        mints.set(token, mint);
        if (record.loginId !== undefined) mint.loginId ??= record.loginId;
      }
      return record;
    },
    async close(request, at) {
      // At once, because the next request may come before another server has told the time.
      open.delete(request);
      request.closedAt = await at;
    },
    clear() {
      requests.length = 0;
    },
  };
}

/** The headers that Flinks looks at, as they were sent. */
export function recordedHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(
    RECORDED_HEADERS.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

export function requestsOf(requests: readonly RecordedRequest[], loginId: string | null): RecordedRequest[] {
  return requests.filter((request) => loginId === null || request.loginId === loginId.toLowerCase());
}

/** How many requests came to each endpoint; endpoints without any are absent. */
export function countByEndpoint(
  requests: readonly RecordedRequest[],
): Partial<Record<RecordedRequest['endpoint'], number>> {
  const counts: Partial<Record<RecordedRequest['endpoint'], number>> = {};
  for (const { endpoint } of requests) counts[endpoint] = (counts[endpoint] ?? 0) + 1;
  return counts;
}
