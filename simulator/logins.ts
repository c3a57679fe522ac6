import { createFaultPlan, type FaultPlan } from './faults.js';
import { randomFrom } from './random.js';
import type { Scenario } from './scenario.js';
import { scenarioOfLoginId, scenarioOfUsername } from './scenarios.js';

export const PASSWORD = 'Everyday';

/** One customer at one institution. */
export interface Login {
  loginId: string;
  username: string;
  /** `en` or `fr`; a LoginId is one of a language, and asks in it unless the request names another. */
  language: string;
  scenario: Scenario;
  /** The faults of the scenario, counted for this login alone. */
  faults: FaultPlan;
  /** When Flinks last logged in at the bank, in milliseconds; unknown before the first live login. */
  refreshedAt?: number;
  /** Whether SetScheduledRefresh has switched the nightly refresh on. */
  scheduledRefresh: boolean;
}

export interface Credentials {
  institution: string;
  username: string;
  password: string;
  language: string;
}

/** The LoginIds that Flinks knows: every one of a scenario, and those that a saved live login has made. */
export interface Logins {
  byLoginId(loginId: string): Login | undefined;
  /** The login of a username with the right password. Its LoginId is known only once it is saved. */
  byCredentials(credentials: Credentials): Login | undefined;
  save(login: Login): void;
  forget(login: Login): void;
}

export function createLogins(seed: number): Logins {
  const known = new Map<string, Login>();
  const forgotten = new Set<string>();
  const byUser = new Map<string, Login>();

  const loginOf = (loginId: string, username: string, scenario: Scenario, language = 'en'): Login => ({
    loginId,
    username,
    language,
    scenario,
    scheduledRefresh: false,
    faults: createFaultPlan(scenario.faults),
  });

  return {
    byLoginId(text) {
      const loginId = text.toLowerCase();
      const existing = known.get(loginId);
      const scenario = scenarioOfLoginId(loginId);
      if (existing || !scenario || forgotten.has(loginId)) return existing;
      const login = loginOf(loginId, scenario.username, scenario);
      known.set(loginId, login);
      return login;
    },
    byCredentials({ institution, username, password, language }) {
      const scenario = scenarioOfUsername(username);
      // Names and passwords of the sandbox are not case-sensitive.
      if (!scenario || password.toLowerCase() !== PASSWORD.toLowerCase()) return undefined;
      const loginId = randomFrom(seed, institution.toLowerCase(), username.toLowerCase(), language).guid();
      const login = byUser.get(loginId) ?? loginOf(loginId, username, scenario, language);
      byUser.set(loginId, login);
      return login;
    },
    save(login) {
      known.set(login.loginId, login);
      forgotten.delete(login.loginId);
    },
    forget(login) {
      known.delete(login.loginId);
      forgotten.add(login.loginId);
    },
  };
}
