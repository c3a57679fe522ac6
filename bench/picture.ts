// The figures as pictures for the docs, one for light pages and one for dark ones: `npm run picture --prefix bench`.
import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { drawing, type FlowsFile, type WaitFile } from './drawing.js';
import { themes } from './panel.js';

const options = new Command('npm run picture --prefix bench --')
  .description('Draws two SVG files from the figures that the programs `flows` and `wait` write with --json.')
  .option('--flows <file>', 'figures of flows', 'bench/figures/flows.json')
  .option('--wait <file>', 'figures of waiting runs', 'bench/figures/wait.json')
  .option(
    '--out <file>',
    'the picture for light pages; the one for dark pages stands beside it',
    'docs/images/performance.svg',
  )
  .parse()
  .opts<{ flows: string; wait: string; out: string }>();

const read = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;
const [flows, wait] = [await read<FlowsFile>(options.flows), await read<WaitFile>(options.wait)];
await writeFile(options.out, drawing(themes.light, flows, wait));
await writeFile(options.out.replace(/(\.svg)?$/, '-dark.svg'), drawing(themes.dark, flows, wait));
