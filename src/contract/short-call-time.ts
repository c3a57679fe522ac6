// The times of a local activity in milliseconds, between the workflow that asks for one and the activity that keeps to them.

/** Beyond the time until an answer begins: until the whole of it has been read, parsed and sealed, 20 MB included. */
export const timeForTheRestMs = 10_000;
/** Of which the rest of the answer may be on its way for so long. */
export const timeForTheBodyMs = 2_500;
