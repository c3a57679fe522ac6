// Asking the person at the terminal, or reading what was piped in.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Challenge } from '../../contract.js';
import { harmlessLines } from '../../contract/harmless.js';
import { say, usageError } from './output.js';
import { question } from './questions.js';
import { timeLeft } from './watch-line.js';

export const isInteractive = (): boolean => process.stdin.isTTY;

/** Everything on stdin, without the line end that a shell adds. */
export const readStdin = async (): Promise<string> => (await text(process.stdin)).replace(/\r?\n$/, '');

/** Asks on stderr, so that stdout holds documents only. `hidden` shows nothing of what is typed. */
export async function ask(
  question: string,
  { hidden = false, signal }: { hidden?: boolean; signal?: AbortSignal } = {},
) {
  let muted = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) process.stderr.write(chunk);
      done();
    },
  });
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  // The terminal is read key by key here, so Ctrl-C arrives as a key and has to be made a signal again.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<never>((_resolve, reject) => {
    terminal.once('close', () => reject(usageError('The terminal was closed before there was an answer.')));
  });
  try {
    const answering = terminal.question(harmlessLines(question), signal ? { signal } : {});
    muted = hidden;
    return await Promise.race([answering, closed]);
  } finally {
    terminal.close();
    if (hidden) process.stderr.write('\n');
  }
}

/** A secret, from the terminal without echo or from stdin. */
export async function askSecret(name: string): Promise<string> {
  const secret = isInteractive() ? await ask(`${name}: `, { hidden: true }) : await readStdin();
  if (secret === '')
    throw usageError(`The ${name.toLowerCase()} is missing: type it at the prompt or pipe it to stdin.`);
  return secret;
}

/** Asks the bank's questions one by one. A choice may be given by its number. Rejects when `signal` is aborted. */
export async function askChallenges(
  challenges: Challenge[],
  { signal, deadline }: { signal?: AbortSignal; deadline?: string | undefined } = {},
): Promise<Record<string, string | string[]>> {
  const answers: [string, string | string[]][] = [];
  if (deadline !== undefined) say(`The bank asks you something. Time left: ${timeLeft(deadline, Date.now())}.`);
  for (const challenge of challenges) {
    const { prompt, type, choices } = challenge;
    const several = type === 'MultipleChoiceMultipleAnswers';
    const hint = choices ? (several ? 'Numbers, with commas: ' : 'Number: ') : 'Answer: ';
    let typed = '';
    while (typed.trim() === '') typed = await ask(`${question(challenge)}\n${hint}`, signal ? { signal } : {});
    const chosen = (part: string): string => choices?.[Number(part) - 1] ?? part;
    answers.push([prompt, several ? typed.split(',').map((part) => chosen(part.trim())) : chosen(typed)]);
  }
  return Object.fromEntries(answers);
}

/** Reads answers that were piped in: JSON by prompt, a whole answer payload, or plain text if one thing is asked. */
export function pipedAnswers(piped: string, challenges: Challenge[]): Record<string, string | string[]> {
  let json: unknown;
  try {
    json = JSON.parse(piped);
  } catch {
    json = undefined;
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return ('answers' in json && typeof json.answers === 'object' ? json.answers : json) as Record<
      string,
      string | string[]
    >;
  const [only, ...others] = challenges;
  if (only && others.length === 0) return Object.fromEntries([[only.prompt, piped]]);
  if (!only) return Object.fromEntries([['', piped]]);
  throw usageError(`${challenges.length} questions are open: pipe JSON such as {"<prompt>": "<answer>"}.`);
}
