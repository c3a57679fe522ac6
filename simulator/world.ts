import { createTokens, type Token, type Tokens } from './tokens.js';
import { createLogins, type Login, type Logins } from './logins.js';
import { createSessions, type Session, type Sessions } from './sessions.js';
import type { Keys } from './defaults.js';
import type { Fields } from './fields.js';
import type { Reply } from './replies.js';

/** What one instance of Flinks is like. */
export interface Instance {
  keys: Keys;
  /** Chooses the account data. */
  seed: number;
  /** An older instance: it mints no authorize tokens and asks for none. */
  withoutTokens: boolean;
  /** An older integration: no endpoint asks for a key header. */
  withoutKeys: boolean;
}

/** An instance and everything that it remembers. */
export interface World extends Instance {
  tokens: Tokens;
  logins: Logins;
  sessions: Sessions;
}

export function createWorld(instance: Instance): World {
  return { ...instance, tokens: createTokens(), logins: createLogins(instance.seed), sessions: createSessions() };
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
