// The times of a short call in milliseconds. The workflow asks for a call with them, and the activity keeps to them.

/** Added to the time until an answer begins: until all of it is read, parsed and encrypted, even if it has 20 MB. */
export const timeForTheRestMs = 10_000;
/** Out of that, so long may the rest of the answer take to arrive. */
export const timeForTheBodyMs = 2_500;
