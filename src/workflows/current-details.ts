// What a run's page in the Web UI says, in Markdown, for a person who may never have seen Temporal.
import type { Challenge, Progress, Stage } from '../contract.js';
import { commandOn, hasCommand } from '../contract/copyable.js';
import { harmless } from '../contract/harmless.js';

/**
 * What the run is doing, since when, and what its reader has to do. `failure` is why it failed. Words that are not ours,
 * such as a bank's questions, are shown as they are and never read as Markdown.
 */
export function currentDetails(progress: Progress, since: Date, workflowId: string, failure = unknown): string {
  const command = (name: string): string => {
    const toCopy = commandOn(name, workflowId);
    return hasCommand(workflowId) ? block(toCopy) : text(toCopy);
  };
  const [does, ...next] = pages[progress.stage](progress, command, failure);
  const again = progress.retry ? [repeats(progress.retry, progress.lastFlinksCode)] : [];
  return [`### ${does}`, `Since ${time(since.toISOString())}.`, ...again, ...next, facts(progress)].join('\n\n');
}

/** Why a run failed: the failure's type and message. */
export interface Why {
  type: string;
  message: string;
}

const unknown: Why = { type: '', message: '' };

/** First what the run does, then a paragraph each. */
type Page = [does: string, ...paragraphs: string[]];

const nothingToDo = '**What to do now:** nothing.';

const pages: Record<Stage, (progress: Progress, command: (name: string) => string, failure: Why) => Page> = {
  authorizing: ({ round }) => [
    round === 0 ? 'Opening a session at the bank' : 'The bank checks the answer',
    `${nothingToDo} A bank may take up to four minutes.`,
  ],
  awaitingAnswers: ({ round, challenges = [], deadline }, command) => [
    'Waiting for the customer’s answer',
    `In round ${round} the bank asks:`,
    challenges.slice(0, mostChoices).map(question).join('\n'),
    `Without an answer before ${time(deadline)} the run fails as SecurityAnswerTimedOut.`,
    '**What to do now:** nothing if the app asks the customer. By hand:',
    command('answer'),
  ],
  summarizing: () => ['Asking Flinks for the list of accounts', nothingToDo],
  retrievingDetails: () => ['Asking Flinks for the details of the accounts', nothingToDo],
  waitingForFlinks: ({ polls, nextPollAt, deadline }, command) => [
    'Waiting for Flinks, which still collects the data',
    `Polls so far: ${polls}. Next poll: ${time(nextPollAt)}. Last poll: ${time(deadline)}, and after it the run fails as PendingTooLong.`,
    `${nothingToDo} To give up before:`,
    command('cancel'),
  ],
  completed: (_, command) => ['Done: the accounts are there', 'They are the result of this run:', command('result')],
  failed: (_, _command, { type, message }) => [`The run failed: ${text(type)}`, paragraph(message)],
  cancelled: () => ['The run was cancelled', `${nothingToDo} The same login may be started again.`],
};

// The page is made again at each change, so it has to stay small however much a bank asks. `progress` has all of it.
const mostChoices = 20;
const longestText = 200;

function question({ prompt, choices = [] }: Challenge): string {
  const shown = choices.slice(0, mostChoices).map(text);
  if (choices.length > shown.length) shown.push(`and ${choices.length - shown.length} more`);
  return `1. ${text(prompt)}${shown.length > 0 ? ` (choices: ${shown.join('; ')})` : ''}`;
}

const facts = ({ institution, requestId, lastFlinksCode, rejectedAnswers, lastRejection }: Progress): string =>
  [
    ...(institution === undefined ? [] : [`Institution: ${text(institution)}`]),
    ...(requestId === undefined ? [] : [`Flinks RequestId: ${text(requestId)}`]),
    ...(lastFlinksCode === undefined ? [] : [`Last FlinksCode: ${text(lastFlinksCode)}`]),
    ...(lastRejection === undefined ? [] : [`Refused answers: ${rejectedAnswers}, the last as ${lastRejection}`]),
  ]
    .map((fact) => `- ${fact}`)
    .join('\n');

/** That the last attempt failed for a passing reason, and when the next one follows. */
const repeats = ({ attempt, of, at }: NonNullable<Progress['retry']>, code: string | undefined): string =>
  `The last call to Flinks failed${code === undefined ? '' : ` (${text(code)})`}. Attempt ${attempt} of ${of} follows at ${time(at)}.`;

/** As a block of code, to copy. */
const block = (line: string): string => `    ${line}`;

/** A failure's message is ours, and is shown whole. */
const paragraph = (words: string): string => words.split(' ').map(text).join(' ');

/** As running text in which nothing is read as Markdown. What is very long is cut. */
const text = (words: string): string =>
  harmless(words.length > longestText ? `${words.slice(0, longestText)}…` : words).replace(
    /[\\`*_{}[\]()<>#+\-!|~&:]/g,
    '\\$&',
  );

/** `2026-01-31T12:00:00.000Z` as people read it. */
const time = (iso = ''): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
