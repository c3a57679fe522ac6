// How far a batch is, in numbers.
import type { BatchOutcome } from './report.js';
import type { Colour, Screen } from '../terminal/screen.js';
import { table, type Column } from '../terminal/table.js';
import { clock } from '../terminal/watch-line.js';

/** Counts the logins of a batch by what became of them. */
export interface Tally {
  /** `before`: known from the report, so that it says nothing of how fast the batch is now. */
  count(outcome: BatchOutcome, before?: boolean): void;
  badLine(): void;
  opened(by: 1 | -1): void;
  readonly outcomes: ReadonlyMap<BatchOutcome, number>;
  readonly badLines: number;
  /** One line for people at `now` (milliseconds): done, rate, time left, what failed and what needs somebody. */
  line(now: number): string;
}

const rateWindowMs = 30_000;

/** `total` is undefined if the logins come from a pipe. `startedAt` in milliseconds. */
export function createTally(total: number | undefined, startedAt: number): Tally {
  const outcomes = new Map<BatchOutcome, number>();
  let badLines = 0;
  let done = 0;
  let before = 0;
  let open = 0;
  const samples = [{ at: startedAt, done: 0 }];
  /** Logins per second of late: the first ones of a batch take longest, and a bank may become slow. */
  const rateAt = (now: number): number => {
    samples.push({ at: now, done });
    while (samples.length > 2 && (samples[0]?.at ?? now) < now - rateWindowMs) samples.shift();
    const { at, done: doneThen } = samples[0] ?? { at: startedAt, done: 0 };
    return ((done - doneThen) * 1_000) / Math.max(1, now - at);
  };
  return {
    outcomes,
    get badLines() {
      return badLines;
    },
    count(outcome, known = false) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (known) before += 1;
      else done += 1;
    },
    badLine: () => void (badLines += 1),
    opened: (by) => void (open += by),
    line(now) {
      const rate = rateAt(now);
      const settled = before + done + badLines;
      const left = total === undefined || rate === 0 ? undefined : ((total - settled) * 1_000) / rate;
      const answers = outcomes.get('AnswerNeeded') ?? 0;
      const failed = sum(outcomes, isFailure);
      return [
        total === undefined ? grouped(settled) : `${grouped(settled)} of ${grouped(total)}`,
        `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`,
        left !== undefined && `${clock(left)} left`,
        `${open} open`,
        failed > 0 && `${grouped(failed)} failed`,
        answers > 0 && `${grouped(answers)} ${answers === 1 ? 'needs' : 'need'} an answer`,
        badLines > 0 && `${grouped(badLines)} bad ${badLines === 1 ? 'line' : 'lines'}`,
      ]
        .filter((part) => part !== false)
        .join(' · ');
    },
  };
}

const wellEnded: ReadonlySet<BatchOutcome> = new Set(['completed', 'started', 'joined', 'AnswerNeeded']);

/** Whether a login with this outcome is one that failed. */
export const isFailure = (outcome: BatchOutcome): boolean => !wellEnded.has(outcome);

export const sum = (outcomes: Tally['outcomes'], which: (outcome: BatchOutcome) => boolean): number =>
  [...outcomes].reduce((count, [outcome, many]) => (which(outcome) ? count + many : count), 0);

/** How many logins had which outcome, the most frequent first. */
export function outcomesTable({ outcomes, badLines }: Tally, screen: Screen): string {
  const rows: Row[] = [...outcomes].toSorted(([, one], [, other]) => other - one);
  if (badLines > 0) rows.push(['bad lines', badLines]);
  return rows.length === 0 ? 'No logins.\n' : table(columns, rows, screen);
}

type Row = readonly [outcome: BatchOutcome | 'bad lines', count: number];

const columns: Column<Row>[] = [
  { title: 'Outcome', cell: ([outcome]) => outcome, colour: ([outcome]) => colourOf(outcome) },
  { title: 'Logins', rightAligned: true, cell: ([, count]) => grouped(count) },
];

function colourOf(outcome: Row[0]): Colour {
  if (outcome === 'AnswerNeeded') return 'yellow';
  return outcome === 'bad lines' || isFailure(outcome) ? 'red' : 'green';
}

const grouped = (count: number): string => count.toLocaleString('en-US');
