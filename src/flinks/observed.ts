// What may be told of each call to whoever counts calls: a few words out of closed lists and the RequestId, nothing of what
// was said in it.
import { STATUS_CODES } from 'node:http';
import { FlinksError, isKnownCode } from './errors.js';
import type { SendToFlinks } from './http.js';
import { isSameId } from './replies.js';

export interface EndedCall {
  /** The endpoint's name, without the id that may follow it in a path. */
  endpoint: string;
  /**
   * A FlinksCode that we know, or `other`; the HTTP status where there was no code; `aborted` by us; or how the answer
   * failed to come: `unsent`, `lost`, `tooLarge`.
   */
  code: string;
  /** The HTTP status of the answer, if one came and if we know it. */
  status?: number;
  /** The session, if the reply names it and no other was asked about, as Flinks wrote it: for a log, and never for a metric. */
  requestId?: string;
  seconds: number;
}

/** Sends as `send` does, and tells `observe` of every call when it has ended. */
export const observed =
  (send: SendToFlinks, observe: (call: EndedCall) => void): SendToFlinks =>
  async (request) => {
    const startedAt = performance.now();
    const tell = (code: string, status?: number, requestId?: string): void => {
      const endpoint = request.path.split('/', 1)[0] ?? '';
      const known = status !== undefined && status in STATUS_CODES;
      const seconds = (performance.now() - startedAt) / 1_000;
      observe({ endpoint, code, ...(known && { status }), ...(requestId !== undefined && { requestId }), seconds });
    };
    const response = await send(request).catch((error: unknown) => {
      tell(codeOfError(error));
      throw error;
    });
    const { FlinksCode, RequestId } = response.envelope;
    const asked = request.requestId;
    const isAnothers = RequestId !== undefined && asked !== undefined && !isSameId(RequestId, asked);
    tell(codeOfAnswer(response.status, FlinksCode), response.status, isAnothers ? undefined : RequestId);
    return response;
  };

function codeOfAnswer(status: number, code: string | undefined): string {
  if (code !== undefined) return isKnownCode(code) ? code : 'other';
  return status in STATUS_CODES ? String(status) : 'other';
}

function codeOfError(error: unknown): string {
  if (!(error instanceof FlinksError)) return 'aborted';
  return error.delivery === 'answered' ? 'tooLarge' : error.delivery;
}
