import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until the answer is something, and returns it. After `withinMs` it throws an error that names
 * what was waited for.
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { withinMs = 50_000, everyMs = 50 } = {},
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > giveUpAt) throw new Error(`Waited ${withinMs} ms, and it never came true that ${what}.`);
    await pause(everyMs);
  }
}
