// What a benchmark is about: figures of one run against each other.
import type { Latency, Round } from './rounds.js';
import { spread, type Spread } from './statistics.js';

export interface Figures {
  rounds: readonly Round[];
  latency: Latency;
}

/** One against another, round by round, so that what else the machine did meanwhile weighs on both. */
const byRound = (one: Figures, other: Figures, of: (round: Round) => number): Spread =>
  spread(
    one.rounds.flatMap((round, i) => {
      const against = other.rounds[i];
      return against ? [of(round) / of(against)] : [];
    }),
  );

/** Flows a second, and CPU a flow, of one against another. */
export const against = (one: Figures, other: Figures): Record<string, Spread> => ({
  'flows/s': byRound(one, other, ({ flowsPerSecond }) => flowsPerSecond),
  'CPU server': byRound(one, other, ({ cpu }) => cpu.server),
  'CPU worker': byRound(one, other, ({ cpu }) => cpu.worker),
  'CPU total': byRound(one, other, ({ cpu }) => cpu.server + cpu.worker),
});

/** Idle p50 of a flow above the plain script's, in milliseconds. */
export const aboveScript = (flow: Figures, script: Figures): number => flow.latency.p50 - script.latency.p50;

/** Every ratio that the figures of one mode allow; each is absent if a contender is. */
export function ratiosOf(figures: ReadonlyMap<string, Figures>): Record<string, Spread | number> {
  const [tuned, untuned] = [figures.get('flinks-temporal'), figures.get('flinks-temporal, default server')];
  const script = figures.get('plain script');
  const ratios: Record<string, Spread | number> = {};
  for (const [ours, name] of [
    [tuned, 'bare Temporal'],
    [untuned, 'bare Temporal, default server'],
  ] as const) {
    const bare = figures.get(name);
    if (!ours || !bare) continue;
    for (const [what, ratio] of Object.entries(against(ours, bare))) ratios[`${what}, product / ${name}`] = ratio;
  }
  if (tuned && untuned)
    ratios['flows/s, tuned / default server'] = byRound(tuned, untuned, ({ flowsPerSecond }) => flowsPerSecond);
  if (tuned && script) ratios['idle p50 above the plain script, ms'] = aboveScript(tuned, script);
  if (tuned && untuned && script)
    ratios['idle p50 above the plain script, tuned / default server'] =
      aboveScript(tuned, script) / aboveScript(untuned, script);
  return ratios;
}
