import type { Fault, FaultRule } from './faults.js';
import type { ScenarioEntry, Waiting } from './scenario.js';

const pending = (readyAtPoll: Waiting['readyAtPoll']): Waiting => ({ code: 'OPERATION_PENDING', readyAtPoll });
const dispatched = (readyAtPoll: Waiting['readyAtPoll']): Waiting => ({ code: 'OPERATION_DISPATCHED', readyAtPoll });
const slow = (endpoint: FaultRule['endpoint'], delayMs: number): FaultRule => ({
  endpoint,
  fault: { kind: 'slow-first-byte', delayMs },
});
const LOST: Fault = { kind: 'status', status: 400, code: 'SESSION_NONEXISTENT' };
const lost = (rule: Omit<FaultRule, 'fault'>): FaultRule => ({ ...rule, fault: LOST });

/** 202 in all its forms, and sessions that end too early. */
export const waitingScenarios: readonly ScenarioEntry[] = [
  { number: 60, name: 'pending-1-poll', description: 'Detail: 202, data with the 1st poll.', detail: pending(1) },
  { number: 61, name: 'pending-2-polls', description: 'Detail: 202, data with the 2nd poll.', detail: pending(2) },
  { number: 62, name: 'pending-5-polls', description: 'Detail: 202, data with the 5th poll.', detail: pending(5) },
  {
    number: 63,
    name: 'pending-for-ever',
    description: 'Detail: 202 OPERATION_PENDING for ever.',
    detail: pending('never'),
  },
  {
    number: 64,
    name: 'dispatched-2-polls',
    description: 'Detail: 202 OPERATION_DISPATCHED, data with the 2nd poll.',
    detail: dispatched(2),
  },
  {
    number: 65,
    name: 'dispatched-for-ever',
    description: 'Detail: 202 OPERATION_DISPATCHED for ever.',
    detail: dispatched('never'),
  },
  {
    number: 66,
    name: 'summary-pending-1-poll',
    description: 'Summary: 202, data with the 1st poll.',
    summary: pending(1),
  },
  {
    number: 67,
    name: 'summary-pending-2-polls',
    description: 'Summary: 202, data with the 2nd poll.',
    summary: pending(2),
  },
  {
    number: 68,
    name: 'summary-pending-for-ever',
    description: 'Summary: 202 OPERATION_PENDING for ever.',
    summary: pending('never'),
  },
  {
    number: 69,
    name: 'summary-dispatched-2-polls',
    description: 'Summary: 202 OPERATION_DISPATCHED, data with the 2nd poll.',
    summary: dispatched(2),
  },
  {
    number: 70,
    name: 'both-pending',
    description: 'Summary: 202, data with the 2nd poll; then Detail the same.',
    summary: pending(2),
    detail: pending(2),
  },
  {
    number: 71,
    name: 'detail-blocks',
    description: 'Detail blocks for 2 s, then 202; data with the 1st poll.',
    detail: dispatched(1),
    faults: [slow('GetAccountsDetail', 2_000)],
  },
  {
    number: 72,
    name: 'detail-blocks-210-s',
    description: 'Detail blocks for 210 s, then 202; data with the 1st poll.',
    detail: dispatched(1),
    faults: [slow('GetAccountsDetail', 210_000)],
  },
  {
    number: 73,
    name: 'summary-blocks',
    description: 'Summary blocks for 2 s, then 200.',
    faults: [slow('GetAccountsSummary', 2_000)],
  },
  {
    number: 80,
    name: 'session-lost-at-summary',
    description: 'The first session is gone at Summary; a new one works.',
    faults: [lost({ endpoint: 'GetAccountsSummary' })],
  },
  {
    number: 81,
    name: 'session-lost-at-summary-twice',
    description: 'The first two sessions are gone at Summary.',
    faults: [lost({ endpoint: 'GetAccountsSummary', times: 2 })],
  },
  {
    number: 82,
    name: 'session-lost-at-detail',
    description: 'The first session is gone at Detail; a new one works.',
    faults: [lost({ endpoint: 'GetAccountsDetail' })],
  },
  {
    number: 83,
    name: 'session-lost-at-detail-twice',
    description: 'The first two sessions are gone at Detail.',
    faults: [lost({ endpoint: 'GetAccountsDetail', times: 2 })],
  },
  {
    number: 84,
    name: 'session-lost-in-2nd-poll',
    description: 'The first session is gone at its 2nd poll; the new one has data with its 2nd poll.',
    detail: pending(2),
    faults: [lost({ endpoint: 'GetAccountsDetailAsync', nth: 2 })],
  },
  {
    number: 85,
    name: 'session-lost-in-2nd-poll-twice',
    description: 'Two sessions are gone, each at its 2nd poll.',
    detail: pending(2),
    faults: [2, 4].map((nth) => lost({ endpoint: 'GetAccountsDetailAsync', nth })),
  },
  {
    number: 86,
    name: 'session-lost-at-answer',
    description: 'One question; the first session is gone when the answer comes.',
    rounds: [[{ type: 'QuestionAndAnswer', prompt: 'What city were you born in?', answer: ['Montreal'] }]],
    asksCached: true,
    faults: [lost({ endpoint: 'Authorize', answer: true })],
  },
];
