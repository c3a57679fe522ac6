// Who may read and write the payloads of a namespace.
import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';

/** A download is the decoding of payloads that are stored outside of Temporal. */
export type Operation = 'encode' | 'decode' | 'download';

export interface AccessOptions {
  /** Where the identity provider publishes its keys, or the secret that its tokens are signed with. */
  verifyWith: { jwksUrl: URL } | { secret: Uint8Array };
  audience: string;
  issuer?: string | undefined;
  /** Namespaces that any valid token may use, for providers whose tokens carry no permissions. */
  namespaces?: string[] | undefined;
}

/** Why a request was turned away, with its HTTP status. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
  readonly status: 401 | 403;
  /** For the audit line. The message is for the caller, and tells somebody who guesses less. */
  readonly reason: string;
  /** Whom the token names, if it is valid. */
  readonly subject: string | undefined;

  constructor(status: 401 | 403, message: string, { reason, subject }: { reason?: string; subject?: string } = {}) {
    super(message);
    this.status = status;
    this.reason = reason ?? message;
    this.subject = subject;
  }
}

/** Checks a bearer token and returns the subject's name for the audit line. Throws AccessDenied. */
export type CheckAccess = (
  authorization: string | undefined,
  namespace: string,
  operation: Operation,
) => Promise<string>;

// Listed one by one, so that a token can never choose `none` or have a public key used as a shared secret.
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const symmetric = ['HS256', 'HS384', 'HS512'];

/** Access by tokens as Temporal uses them: `permissions` is a list of `<namespace>:<role>`. */
export function accessByToken({ verifyWith, audience, issuer, namespaces }: AccessOptions): CheckAccess {
  const common = { audience, ...(issuer !== undefined && { issuer }), requiredClaims: ['exp'] };
  const verify =
    'jwksUrl' in verifyWith
      ? verifier(createRemoteJWKSet(verifyWith.jwksUrl), { ...common, algorithms: asymmetric })
      : verifier(async () => verifyWith.secret, { ...common, algorithms: symmetric });

  return async (authorization, namespace, operation) => {
    const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) throw new AccessDenied(401, 'A bearer token is needed.');
    const claims = await verify(token);
    const subject = claims.sub ?? 'unnamed';
    if (!allowed(claims, namespace, operation) && !namespaces?.includes(namespace))
      throw new AccessDenied(403, 'The token does not allow this namespace.', { subject });
    return subject;
  };
}

const verifier =
  (key: JWTVerifyGetKey, options: JWTVerifyOptions) =>
  async (token: string): Promise<JWTPayload> => {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      throw new AccessDenied(401, 'The bearer token is not valid here.', { reason: reasonIn(error) });
    }
  };

/** What was wrong with a token, in words that quote nothing of it. */
function reasonIn(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed) return `The token’s claim "${error.claim}" does not fit.`;
  if (error instanceof errors.JOSEError) return `The token was refused: ${error.code}.`;
  return 'The keys of CODEC_JWKS_URL cannot be read.';
}

const readers = ['read', 'write', 'admin'];
const rolesFor: Record<Operation, string[]> = { decode: readers, download: readers, encode: ['write', 'admin'] };

function allowed({ permissions }: JWTPayload, namespace: string, operation: Operation): boolean {
  if (!Array.isArray(permissions)) return false;
  return rolesFor[operation].some((role) => permissions.includes(`${namespace}:${role}`));
}
