import type { Json } from './fields.js';
import { randomFrom } from './random.js';
import type { Login } from './logins.js';
import type { Session } from './sessions.js';

const HOUR_MS = 60 * 60_000;

/** When the data of a login were last fetched. One that was never fetched here was so some hours ago, by its LoginId. */
export function refreshedAt(login: Login, at: number): number {
  const before = at - randomFrom(login.loginId, 'refreshed').integer(2, 20) * HOUR_MS;
  if (login.scenario.neverRefreshed) return login.refreshedAt ?? before;
  return (login.refreshedAt ??= before);
}

/** The `Login` of a reply, or nothing if Flinks keeps nothing of the login or was seen to leave it out. */
export function loginBody({ login, save, answeredCached }: Session, at: number): Json {
  if (!save || answeredCached || login.scenario.withoutLogin) return {};
  const never = login.scenario.neverRefreshed && login.refreshedAt === undefined;
  return {
    Login: {
      Username: login.username,
      IsScheduledRefresh: login.scheduledRefresh,
      // UTC without a zone, with seven digits of the second, as Flinks writes it.
      LastRefresh: never ? '0001-01-01T00:00:00' : new Date(refreshedAt(login, at)).toISOString().replace('Z', '0000'),
      Type: 'Personal',
      Id: login.loginId,
    },
  };
}
