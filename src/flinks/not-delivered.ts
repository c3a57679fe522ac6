// Why no whole answer came, in words that hold nothing of the request.
import { AxiosError } from 'axios';
import { FlinksError } from './errors.js';
import { proxyRefusal } from './proxy.js';
import type { Sending } from './sending.js';

/** The FlinksError for a call without a whole answer. `timedOutMs` is its time-out if that ended it. */
export function notDelivered(
  error: unknown,
  sending: Sending,
  timedOutMs: number | undefined,
  maxBytes: number,
): FlinksError {
  const refused = proxyRefusal(error);
  if (refused !== undefined) return new FlinksError({ type: 'FlinksUnavailable', transient: true }, 'unsent', refused);
  const { code, message } = error instanceof AxiosError ? error : { code: undefined, message: '' };
  const reason = code !== undefined && /^[A-Z][A-Z_0-9]+$/.test(code) && code !== 'ERR_CANCELED' ? ` (${code})` : '';
  const unavailable = { type: 'FlinksUnavailable', transient: true } as const;
  if (message.startsWith('maxContentLength'))
    return new FlinksError(
      { type: 'ResponseTooLarge', transient: false },
      'answered',
      `Flinks' answer is larger than ${maxBytes} bytes. FLINKS_MAX_RESPONSE_BYTES raises the limit.`,
    );
  if (!sending.mayHaveLeft) {
    if (code !== undefined && isTlsFault(code))
      return new FlinksError(
        { type: 'FlinksConfiguration', transient: false },
        'unsent',
        `The certificate of Flinks was refused: ${tlsFaults[code] ?? 'it cannot be verified'}${reason}. Nothing was sent. NODE_EXTRA_CA_CERTS names the file of a private CA.`,
      );
    const within = timedOutMs === undefined ? reason : ` within ${timedOutMs / 1_000} s`;
    return new FlinksError(
      unavailable,
      'unsent',
      `Flinks could not be reached${within}. Check FLINKS_BASE_URL and the network.`,
    );
  }
  if (timedOutMs !== undefined)
    return new FlinksError(unavailable, 'lost', `Flinks gave no whole answer within ${timedOutMs / 1_000} s.`);
  return new FlinksError(unavailable, 'lost', `The connection to Flinks broke before a whole answer came${reason}.`);
}

/** Node's codes for a certificate that it refuses, in words. The handshake ends there, so nothing has left. */
const tlsFaults: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in a CA that is not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  UNABLE_TO_GET_ISSUER_CERT: 'its issuer is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not trusted',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host',
};
const isTlsFault = (code: string): boolean => Object.hasOwn(tlsFaults, code) || code.startsWith('CERT_');
