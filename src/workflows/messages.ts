import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { answerName, progressName, waitForChallengeName, type AnswerOutcome, type Progress } from '../contract.js';

// Payloads of answers are `unknown`: they come from anybody, and what does not fit is refused in words, not by a crash.
export const answerSignal = defineSignal<[unknown]>(answerName);
export const answerUpdate = defineUpdate<AnswerOutcome, [unknown]>(answerName);
export const waitForChallenge = defineUpdate<Progress>(waitForChallengeName);
export const progressQuery = defineQuery<Progress>(progressName);
