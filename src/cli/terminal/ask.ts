// Asking the person at the terminal, or reading what was piped in.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Challenge, SecurityAnswers } from '../../contract.js';
import { harmlessLines } from '../../contract/harmless.js';
import { say, usageError } from './output.js';
import { question } from './questions.js';
import { timeLeft } from './watch-line.js';

export const isInteractive = (): boolean => process.stdin.isTTY;

/** Everything on stdin, without the line end that a shell adds. Throws a usage error if it is not UTF-8. */
export async function readStdin(): Promise<string> {
  const bytes = await buffer(process.stdin);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text.replace(/\r?\n$/, '');
  } catch {
    // Said below.
  }
  throw usageError('What was piped in is not UTF-8 text. Nothing was sent.');
}

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
  // By a clock that is ahead the time would be over. The run knows better.
  if (deadline !== undefined && Date.parse(deadline) > Date.now())
    say(`The bank asks you something. Time left: ${timeLeft(deadline, Date.now())}.`);
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

/**
 * Reads answers that were piped in: JSON by prompt, a whole answer payload, or plain text if one thing is asked. What looks
 * like neither is a usage error: a wrong answer costs the customer an attempt.
 */
export function pipedAnswers(piped: string, challenges: Challenge[]): SecurityAnswers {
  const json = readJson(piped);
  if (json !== undefined)
    return 'answers' in json && typeof json['answers'] === 'object'
      ? (json as unknown as SecurityAnswers)
      : { answers: json as SecurityAnswers['answers'] };
  const [only, ...others] = challenges;
  if (others.length > 0) throw notAnAnswer(`${challenges.length} questions are open`);
  if (/[\p{Cc}]/u.test(piped)) throw notAnAnswer('What was piped in has several lines or control characters');
  return { answers: Object.fromEntries([[only?.prompt ?? '', piped]]) };
}

/** The JSON object that was piped in; undefined for plain text. */
function readJson(piped: string): Record<string, unknown> | undefined {
  const text = piped.trim();
  try {
    const json: unknown = JSON.parse(text);
    // Digits are a code, to the letter.
    if (typeof json === 'number' || typeof json === 'boolean') return undefined;
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
    throw notAnAnswer('What was piped in is JSON, but not an object');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (/^[{[]/.test(text)) throw notAnAnswer('What was piped in begins like JSON and is not JSON');
  if (/^(["'`“”«‘’]).*["'`“”»‘’]$/su.test(text)) throw notAnAnswer('What was piped in is in quotation marks');
  return undefined;
}

const notAnAnswer = (why: string): Error =>
  usageError(`${why}. Nothing was sent. Pipe the answer as it is, or JSON such as {"<prompt>": "<answer>"}.`);
