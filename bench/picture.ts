// The figures as a picture for the docs: `npm run bench:picture -- --flows F --wait F --out F`.
import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { drawing, type FlowsFile, type WaitFile } from './drawing.js';

const options = new Command('npm run bench:picture --')
  .description('Draws an SVG, readable on light and dark, from the JSON of npm run bench and npm run bench:wait.')
  .requiredOption('--flows <file>', 'figures of npm run bench')
  .requiredOption('--wait <file>', 'figures of npm run bench:wait')
  .option('--out <file>', 'the picture', 'docs/images/performance.svg')
  .parse()
  .opts<{ flows: string; wait: string; out: string }>();

const read = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;
await writeFile(options.out, drawing(await read<FlowsFile>(options.flows), await read<WaitFile>(options.wait)));
