import { randomUUID } from 'node:crypto';

const LIFETIME_MS = 30 * 60_000;

/** An authorize token. It opens one session, and then serves the answers of that session only. */
export interface Token {
  value: string;
  mintedAt: number;
  spent: boolean;
  requestId?: string;
}

export interface Tokens {
  mint(at: number): Token;
  /** The token, unless it is unknown or 30 minutes old. */
  find(value: string | undefined, at: number): Token | undefined;
}

export function createTokens(): Tokens {
  const tokens = new Map<string, Token>();
  return {
    mint(at) {
      const token: Token = { value: randomUUID(), mintedAt: at, spent: false };
      tokens.set(token.value, token);
      return token;
    },
    find(value = '', at) {
      const token = tokens.get(value);
      return token && at - token.mintedAt <= LIFETIME_MS ? token : undefined;
    },
  };
}
