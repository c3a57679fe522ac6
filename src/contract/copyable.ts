// Ids and commands as people copy them. A workflow id is anything that its starter chose.
import { harmlessJson } from './harmless.js';

/** How people call the command line. Commands in messages begin with it. */
export const starterCommand = 'npm run starter --';

/** Whether a shell reads this as one argument, as it stands, and no program as an option. */
const isPlain = (id: string): boolean => /^\w[\w.:@/+=,-]{0,254}$/.test(id);

/** An id as it is, or in quotes with escapes if it has characters that a reader or a shell could take otherwise. */
export const shownId = (id: string): string => (isPlain(id) ? id : harmlessJson(id));

/** A command on one thing, to copy. Of an odd id there is no command: it is shown quoted beside the command's name. */
export const commandOn = (words: string, id: string): string =>
  isPlain(id) ? `${starterCommand} ${words} ${id}` : `${words} (command of the starter), with ${shownId(id)}`;

/** Whether `commandOn` gives a command to copy. */
export const hasCommand = isPlain;
