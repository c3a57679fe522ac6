import { rightAnswer } from './challenges.js';
import { type Scenario, scenarioFrom } from './scenario.js';
import { challengeScenarios } from './scenarios-challenges.js';
import { errorScenarios } from './scenarios-errors.js';
import { replyScenarios } from './scenarios-replies.js';
import { sandboxScenarios } from './scenarios-sandbox.js';
import { transportScenarios } from './scenarios-transport.js';
import { waitingScenarios } from './scenarios-waiting.js';

/** Every scenario, in the order of its numbers. */
export const SCENARIOS: readonly Scenario[] = [
  ...sandboxScenarios,
  ...challengeScenarios,
  ...waitingScenarios,
  ...errorScenarios,
  ...transportScenarios,
  ...replyScenarios,
]
  .map(scenarioFrom)
  .toSorted((one, other) => one.number - other.number);

const byName = new Map(SCENARIOS.map((scenario) => [scenario.name, scenario]));
const byUsername = new Map(SCENARIOS.map((scenario) => [scenario.username, scenario]));
const byNumber = new Map(SCENARIOS.map((scenario) => [scenario.number, scenario]));

/** The scenario of that name; an unknown name is a RangeError. */
export function scenarioNamed(name: string): Scenario {
  const scenario = byName.get(name);
  if (!scenario) throw new RangeError(`There is no scenario "${name}".`);
  return scenario;
}

/** The n-th LoginId of a scenario. All behave alike; each has its own account data and its own count of faults. */
export function loginIdFor(scenarioName: string, n = 1): string {
  return `${loginIdPrefix(scenarioNamed(scenarioName))}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** The first eight digits of a scenario's LoginIds: 5c00 and its number, in decimal digits. */
export function loginIdPrefix({ number }: Scenario): string {
  return `5c00${String(number).padStart(4, '0')}`;
}

export function scenarioOfLoginId(loginId: string): Scenario | undefined {
  const number = /^5c00(\d{4})-/i.exec(loginId)?.[1];
  return number === undefined ? undefined : byNumber.get(Number(number));
}

/** A username selects a scenario; `name+n` is one more customer of the same scenario. */
export function scenarioOfUsername(username: string): Scenario | undefined {
  return byUsername.get(username.replace(/\+\d+$/, ''));
}

/** The right answers to these prompts of a scenario, as `SecurityResponses` wants them. */
export function answersFor(scenarioName: string, prompts: readonly string[]): Record<string, string[]> {
  const challenges = scenarioNamed(scenarioName).rounds.flat();
  return Object.fromEntries(
    prompts.map((prompt) => {
      const challenge = challenges.find((candidate) => candidate.prompt === prompt);
      if (!challenge) throw new RangeError(`The scenario "${scenarioName}" never asks "${prompt}".`);
      return [prompt, rightAnswer(challenge)];
    }),
  );
}
