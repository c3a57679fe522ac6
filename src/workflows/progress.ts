// What a run tells about itself: to the `progress` query, to lists of runs by search attributes, and to readers of its page.
import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Progress, Stage } from '../contract.js';
import { currentDetails, type Why } from './current-details.js';

const attribute = {
  stage: defineSearchAttributeKey('FlinksStage', 'KEYWORD'),
  institution: defineSearchAttributeKey('FlinksInstitution', 'KEYWORD'),
  code: defineSearchAttributeKey('FlinksCode', 'KEYWORD'),
  since: defineSearchAttributeKey('FlinksStageSince', 'DATETIME'),
};

/** Temporal ends a run that writes a longer one. */
const mostBytes = 255;

/** The beginning of a text that fits into a search attribute, no character cut in two. */
function cut(text: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > mostBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Fields that belong to one stage, and end with it. */
type OfStage = Pick<Progress, 'challenges' | 'deadline' | 'nextPollAt'>;

export interface ProgressReport {
  readonly current: Progress;
  /** Goes to a stage. */
  enter(stage: Stage, facts?: OfStage): void;
  /** Writes search attributes if the stage has changed, and at no other time: each write is an event. */
  record(): void;
  /** Goes to the stage `failed`. `why` is for the reader of the run's page; the failure itself carries it too. */
  fail(why: Why): void;
  /** Notes what was learned, within the stage. */
  learn(facts: Partial<Pick<Progress, 'institution' | 'requestId' | 'round' | 'polls' | 'lastFlinksCode'>>): void;
  /** Shows that a call is to be made again, or no longer. */
  retries(retry: Progress['retry']): void;
  reject(type: NonNullable<Progress['lastRejection']>): void;
}

export function createProgress(withSearchAttributes: boolean): ProgressReport {
  let current: Progress = { stage: 'authorizing', round: 0, polls: 0, rejectedAnswers: 0 };
  let since = new Date();
  let recorded: Stage | undefined;

  function change(next: Progress, failure?: Why): void {
    if (next.stage !== current.stage) since = new Date();
    current = next;
    // Kept by the worker and asked for by a query, so it costs no history.
    setCurrentDetails(currentDetails(current, since, workflowInfo().workflowId, failure));
  }

  function record(): void {
    if (!withSearchAttributes || recorded === current.stage) return;
    recorded = current.stage;
    upsertSearchAttributes([
      { key: attribute.stage, value: current.stage },
      { key: attribute.since, value: since },
      ...(current.institution === undefined ? [] : [{ key: attribute.institution, value: cut(current.institution) }]),
      ...(current.lastFlinksCode === undefined ? [] : [{ key: attribute.code, value: current.lastFlinksCode }]),
    ]);
  }

  function enter(stage: Stage, facts: OfStage = {}, failure?: Why): void {
    const {
      challenges: _challenges,
      deadline: _deadline,
      nextPollAt: _nextPollAt,
      retry: _retry,
      ...lasting
    } = current;
    change({ ...lasting, stage, ...facts }, failure);
  }

  return {
    get current() {
      return current;
    },
    enter,
    record,
    fail: (why) => enter('failed', {}, why),
    learn(facts) {
      change({ ...current, ...facts });
    },
    retries(retry) {
      const { retry: _before, ...others } = current;
      change(retry ? { ...others, retry } : others);
    },
    reject(type) {
      change({ ...current, rejectedAnswers: current.rejectedAnswers + 1, lastRejection: type });
    },
  };
}
