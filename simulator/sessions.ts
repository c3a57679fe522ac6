import { randomUUID } from 'node:crypto';
import type { Challenge } from './challenges.js';
import type { Fields } from './fields.js';
import type { Login } from './logins.js';

const IDLE_LIFE_MS = 8 * 60_000;
const IDLE_LIFE_IN_PROCESSING_MS = 30 * 60_000;

const JOB_KINDS = ['summary', 'detail', 'statements'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** A request for data that a session has taken on: the wishes of its POST, and the polls that it has answered. */
export interface Job {
  wishes: Fields;
  polls: number;
}

/** What a RequestId stands for. */
export interface Session {
  requestId: string;
  login: Login;
  live: boolean;
  save: boolean;
  tag?: string;
  /** Rounds that are still to be answered; the first is open. */
  rounds: readonly (readonly Challenge[])[];
  wrongAnswers: number;
  jobs: Partial<Record<JobKind, Job>>;
  /** A question of the cached mode was answered: from then on no reply has a `Login`, as a published exchange shows. */
  answeredCached: boolean;
  lastActivity: number;
  ended: boolean;
}

export interface Sessions {
  open(session: Pick<Session, 'login' | 'live' | 'save' | 'rounds'> & { tag?: string }, at: number): Session;
  /** The session while it lives; finding it counts as activity. */
  find(requestId: string, at: number): Session | undefined;
  /** The session, dead or alive, so that a record can say whose it was. */
  recall(requestId: string | undefined): Session | undefined;
  of(login: Login, at: number): Session[];
}

export function createSessions(): Sessions {
  const sessions = new Map<string, Session>();
  const recall = (requestId = ''): Session | undefined => sessions.get(requestId.toLowerCase());

  return {
    open(session, at) {
      const opened: Session = {
        ...session,
        requestId: randomUUID(),
        wrongAnswers: 0,
        jobs: {},
        answeredCached: false,
        lastActivity: at,
        ended: false,
      };
      sessions.set(opened.requestId, opened);
      return opened;
    },
    find(requestId, at) {
      const session = recall(requestId);
      if (!session || !isAlive(session, at)) return undefined;
      session.lastActivity = at;
      return session;
    },
    recall,
    of: (login, at) => [...sessions.values()].filter((session) => session.login === login && isAlive(session, at)),
  };
}

/** Flinks: 8 minutes without activity while authorizing and until data are asked for, then 30 minutes. */
function isAlive(session: Session, at: number): boolean {
  const processing = Object.keys(session.jobs).length > 0;
  return !session.ended && at - session.lastActivity <= (processing ? IDLE_LIFE_IN_PROCESSING_MS : IDLE_LIFE_MS);
}

/** Whether the data of a job are there: no wait in this scenario, or enough polls. */
export function isReady(session: Session, kind: JobKind): boolean {
  const waiting = session.login.scenario[kind];
  const polls = session.jobs[kind]?.polls ?? 0;
  return !waiting || (waiting.readyAtPoll !== 'never' && polls >= waiting.readyAtPoll);
}

/** Whether a request for data is still being worked on. */
export function isProcessing(session: Session): boolean {
  return JOB_KINDS.some((kind) => session.jobs[kind] !== undefined && !isReady(session, kind));
}
