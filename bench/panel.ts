// What every panel of the picture shares: its place, its colours and its words.
import type { EChartsOption } from 'echarts';

export const width = 900;
export const [left, right] = [200, 170];

/** The colours on a page of one kind. The same three mean the same things in every panel. */
export interface Theme {
  paper: string;
  text: string;
  line: string;
  limit: string;
  series: readonly [string, string, string];
}

export const themes = {
  light: {
    paper: '#ffffff',
    text: '#1f2328',
    line: '#818b98',
    limit: '#cf222e',
    series: ['#0969da', '#bf8700', '#6e7781'],
  },
  dark: {
    paper: '#0d1117',
    text: '#f0f6fc',
    line: '#656c76',
    limit: '#ff7b72',
    series: ['#58a6ff', '#d29922', '#9198a1'],
  },
} as const satisfies Record<string, Theme>;

/** The parts of a chart, for one grid of it. */
export interface Panel {
  /** Of the whole panel, its title and axis included. */
  height: number;
  /** Of the drawing area, below the panel's top. */
  area: { top: number; bottom: number };
  title: string;
  xAxis: NonNullable<Single<EChartsOption['xAxis']>>;
  yAxis: NonNullable<Single<EChartsOption['yAxis']>>;
  series: NonNullable<Single<EChartsOption['series']>>[];
  /** What the colours mean, in their order; left out when there is only one. */
  legend?: readonly string[];
}

type Single<T> = T extends readonly (infer One)[] ? One : T;
