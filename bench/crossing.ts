/** Between which numbers of waiting runs a second of lateness is crossed; absent if none was tried on that side. */
export interface Crossing {
  onTime?: number;
  late?: number;
}

interface Point {
  runs: number;
  lateness: { p99: number };
}

/** Whether polls count as on time: 99 of 100 within a second. */
export const isOnTime = ({ lateness }: Point): boolean => lateness.p99 < 1;

/** The smallest number that was late, and the largest below it that was not. */
export function crossingOf(points: readonly Point[]): Crossing {
  const late = Math.min(...points.filter((point) => !isOnTime(point)).map(({ runs }) => runs));
  const onTime = Math.max(...points.filter((point) => isOnTime(point) && point.runs < late).map(({ runs }) => runs));
  return { ...(Number.isFinite(onTime) && { onTime }), ...(Number.isFinite(late) && { late }) };
}

/** The next number to try so that the two come within so many runs of each other; undefined if they are. */
export function nextToTry({ onTime = 0, late }: Crossing, within: number): number | undefined {
  // Beyond the largest that was on time, twice as many.
  if (late === undefined) return onTime * 2;
  return late - onTime <= Math.max(1, within) ? undefined : Math.round((onTime + late) / 2);
}
