const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Resolves when the person or the system asks this process to end, with the exit code that a shell gives to such an end.
 * Nothing ends by itself: what is to be stopped, the caller stops.
 */
export const untilSignal = (): Promise<number> =>
  new Promise((resolve) => {
    // Not `once`: npm passes on a Ctrl-C that the terminal has sent already, and the second must not cut the end short.
    for (const [signal, exitCode] of Object.entries(exitCodes)) process.on(signal, () => resolve(exitCode));
  });
