import { createTokens, type Token, type Tokens } from './tokens.js';
import { createLogins, type Login, type Logins } from './logins.js';
import { createSessions, type Session, type Sessions } from './sessions.js';
import type { Keys } from './defaults.js';
import type { Fields } from './fields.js';
import type { Reply } from './replies.js';

/** Everything that this Flinks remembers. */
export interface World {
  keys: Keys;
  seed: number;
  /** An older instance: it mints no authorize tokens and asks for none. */
  withoutTokens: boolean;
  tokens: Tokens;
  logins: Logins;
  sessions: Sessions;
}

export function createWorld(keys: Keys, seed: number, withoutTokens: boolean): World {
  return { keys, seed, withoutTokens, tokens: createTokens(), logins: createLogins(seed), sessions: createSessions() };
}

/** A request at one of the doors, and whom it turned out to concern. */
export interface Call {
  headers: Record<string, string>;
  body: Fields;
  /** The GUID at the end of the path, if the endpoint has one. */
  id?: string;
  at: number;
  token?: Token;
  login?: Login;
  session?: Session;
}

/** A door of Flinks: first it looks whether the request may pass, then it does the work. Only the work changes anything. */
export interface Door {
  check(world: World, call: Call): Reply | undefined;
  perform(world: World, call: Call): Reply;
}
