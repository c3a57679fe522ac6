// What a run's page in the Web UI says, in Markdown, for a person who may never have seen Temporal.
import type { Challenge, Progress, Stage } from '../contract.js';

/** What the run is doing, since when, and what its reader has to do. Bank's words are shown as they are, never as Markdown. */
export function currentDetails(progress: Progress, since: Date, workflowId: string): string {
  const command = (name: string): string => verbatim(`npm run starter -- ${name} ${workflowId}`);
  const { does, next } = pages[progress.stage](progress, command);
  const paragraphs = [`**${does}**`, `Since ${time(since.toISOString())}.`, ...next, facts(progress)];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

interface Page {
  does: string;
  /** What happens next, and what to do now. */
  next: string[];
}

const nothingToDo = 'Nothing to do now.';

const pages: Record<Stage, (progress: Progress, command: (name: string) => string) => Page> = {
  authorizing: ({ round }) => ({
    does: round === 0 ? 'Opening a session at the bank through Flinks.' : 'The bank is looking at the answer.',
    next: [`${nothingToDo} A bank may take up to four minutes.`],
  }),
  awaitingAnswers: ({ round, challenges = [], deadline }, command) => ({
    does: 'Waiting for the customer to answer the bank.',
    next: [
      `Round ${round}. The bank asks:`,
      ...challenges.flatMap(question),
      `The answer is needed before ${time(deadline)}. After that the run fails as SecurityAnswerTimedOut.`,
      'What to do now: the app brings the customer’s answer. By hand:',
      command('answer'),
    ],
  }),
  summarizing: () => ({ does: 'Asking Flinks for the list of accounts.', next: [nothingToDo] }),
  retrievingDetails: () => ({ does: 'Asking Flinks for the details of the accounts.', next: [nothingToDo] }),
  waitingForFlinks: ({ polls, nextPollAt, deadline }, command) => ({
    does: 'Waiting for Flinks, which is still collecting the data.',
    next: [
      `Polls so far: ${polls}. Next poll: ${time(nextPollAt)}. Last poll: ${time(deadline)}; after that the run fails as PendingTooLong.`,
      `${nothingToDo} To give up before:`,
      command('cancel'),
    ],
  }),
  completed: (_, command) => ({
    does: 'Done: the accounts are there.',
    next: ['They are the result of this run:', command('result')],
  }),
  failed: () => ({
    does: 'The run failed.',
    next: ['What to do now: its failure, under Result, says what happened and what to do next.'],
  }),
  cancelled: () => ({
    does: 'The run was cancelled.',
    next: [`${nothingToDo} The same login may be started again.`],
  }),
};

const question = ({ prompt, choices = [] }: Challenge): string[] => [
  verbatim(prompt),
  ...(choices.length > 0 ? ['Choices:', verbatim(choices.join('\n'))] : []),
];

const facts = ({ institution, requestId, lastFlinksCode, rejectedAnswers, lastRejection }: Progress): string =>
  [
    institution === undefined ? '' : `Institution:\n\n${verbatim(institution)}\n`,
    requestId === undefined ? '' : `Flinks RequestId: ${requestId}`,
    lastFlinksCode === undefined ? '' : `Last FlinksCode: ${lastFlinksCode}`,
    lastRejection === undefined ? '' : `Refused answers: ${rejectedAnswers}, the last as ${lastRejection}`,
  ]
    .filter((fact) => fact !== '')
    .join('\n\n');

/** As a block of code, so that nothing in it can be read as Markdown. */
const verbatim = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `    ${line}`)
    .join('\n');

/** `2026-01-31T12:00:00.000Z` as people read it. */
const time = (iso = ''): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
