// Plans of what may happen to a run, made at random from a seed.
import fc from 'fast-check';
import type { RetrieveAccountDetailsInput } from '../../src/contract.js';
import { rows, type Step } from '../workflow/fault-table.js';

/** What a person or an operator does, in order. */
export type Act =
  /** Waits for the open question and answers it. */
  | { act: 'answer'; by: 'update' | 'signal' | 'both'; right: boolean }
  /** Sends what is no answer to anything. */
  | { act: 'disturb' }
  | { act: 'pass'; seconds: number }
  | { act: 'cancel' }
  | { act: 'restart' };

export interface PlannedFault {
  step: Step;
  nth: number;
  times: 1 | 2 | 'always';
  /** A row of the fault table. */
  row: string;
}

export interface Plan {
  scenario: string;
  input: Pick<RetrieveAccountDetailsInput, 'mode' | 'onSessionLost'>;
  faults: PlannedFault[];
  acts: Act[];
}

const scenario = fc.constantFrom(
  'plain',
  'question',
  'two-rounds',
  'same-question-twice',
  'several-prompts',
  'wrong-answer-again',
  'wrong-answer-final',
  'question-then-pending',
  'pending-2-polls',
  'pending-for-ever',
  'both-pending',
  'summary-pending-2-polls',
);

const anyFault: fc.Arbitrary<PlannedFault> = fc.record({
  step: fc.constantFrom<Step>(
    'token',
    'Authorize cached',
    'Authorize live',
    'answer',
    'Summary',
    'Summary poll',
    'Detail',
    'first poll',
  ),
  nth: fc.constantFrom(1, 1, 1, 2, 3),
  times: fc.constantFrom<PlannedFault['times']>(1, 1, 2, 'always'),
  row: fc.constantFrom(
    '500',
    '503 Retry-After',
    '429',
    '401 without a code',
    'stall in the body',
    'reset before work',
    'reset after work',
    'reset in the body',
    'truncated JSON',
    'empty 200',
    'wrong shape',
    'unknown fields',
    'too large',
    'RETRY_LATER',
    'AGGREGATION_ERROR',
    'UNAUTHORIZED, key',
    'DISABLED_LOGIN',
    'SESSION_NONEXISTENT',
    'SESSION_NONEXISTENT',
  ),
});

/** What the table says can be. */
const fault = anyFault.filter(({ step, row }) => rows.some(({ name, cells }) => name === row && cells[step]));

const answer: fc.Arbitrary<Act> = fc.record({
  act: fc.constant('answer'),
  by: fc.constantFrom('update', 'signal', 'both'),
  right: fc.constantFrom(true, true, true, false),
});

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: answer },
  { weight: 1, arbitrary: fc.constant<Act>({ act: 'disturb' }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 200 }) }) },
  { weight: 1, arbitrary: fc.constant<Act>({ act: 'cancel' }) },
  { weight: 1, arbitrary: fc.constant<Act>({ act: 'restart' }) },
);

export const plans: fc.Arbitrary<Plan> = fc.record({
  scenario,
  input: fc.record({
    mode: fc.constantFrom('cached', 'live'),
    onSessionLost: fc.constantFrom('fail', 'cached', 'live'),
  }),
  faults: fc.array(fault, { maxLength: 3 }),
  acts: fc.array(act, { maxLength: 5 }),
});
