// How much of each kind is tried. CHAOS_SIZE=small takes a minute or so for each file; every number has a variable.
const small = process.env['CHAOS_SIZE'] === 'small';

const size = (variable: string, full: number, inSmall: number): number => {
  const given = process.env[variable];
  return given === undefined ? (small ? inSmall : full) : Number(given);
};

export const sizes = {
  /** One run is killed, and one cancelled, at every so-manieth event. */
  eventStep: size('CHAOS_EVENT_STEP', 1, 8),
  fleetRuns: size('CHAOS_FLEET_RUNS', 500, 60),
  /** Seconds for which a network is away. */
  outage: size('CHAOS_OUTAGE_SECONDS', 60, 10),
  races: size('CHAOS_RACES', 500, 60),
  soakRuns: size('CHAOS_SOAK_RUNS', 20_000, 2_000),
  pairs: size('CHAOS_PAIRS', 1_000, 100),
  /** Rounds in which one login is started in every way at once. */
  startRounds: size('CHAOS_START_ROUNDS', 200, 8),
};
