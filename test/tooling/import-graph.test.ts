import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrowsOf, arrowsUp, circlesOf, roomsOf } from '../../dev/import-graph.js';
import { importsOf } from '../../dev/imports.js';

const ours = await importsOf(['src', 'simulator', 'dev', 'deploy', 'bench']);
const inSrc = new Map([...ours].filter(([file]) => file.startsWith('src/')));

test('no two folders of src import each other, on whatever way round, types included', () => {
  expect(roomsOf(inSrc).size).toBeGreaterThan(10);
  expect(circlesOf(roomsOf(inSrc))).toEqual([]);
});

test('every import between folders of src goes down, from the front doors to the contract', () => {
  expect(arrowsUp(roomsOf(inSrc))).toEqual([]);
});

test.each(['src', 'simulator', 'dev', 'deploy', 'bench'])(
  'no file of %s imports itself through others, types included',
  (folder) => {
    expect([...ours.keys()].some((file) => file.startsWith(`${folder}/`))).toBe(true);
    expect(circlesOf(ours).filter((circle) => circle.startsWith(`${folder}/`))).toEqual([]);
  },
);

// A small house in which each kind of circle was planted.
const planted: Record<string, string> = {
  'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "allowJs": true } }',
  'package.json': '{ "type": "module" }',
  'src/worker.ts': "import type { One } from './worker/types.js';\nexport type Two = One;",
  'src/worker/types.ts': "export type One = import('../worker.js').Two;",
  'src/client/late.ts': "export const load = () => import('../cli/lists.js');",
  'src/client/names.ts': "export const name = 'client';",
  'src/cli/lists.ts': 'export const lists = [];',
  'src/cli/names.ts': "export { name } from '../client/names.js';",
  'src/contract/straight.ts': "import { parts } from './parts.cjs';\nexport { parts };",
  'src/contract/parts.cjs': "exports.parts = require('../flinks/parts.cjs').parts;",
  'src/flinks/parts.cjs': 'exports.parts = [];',
};
let house: string;
beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'graph-'));
  for (const [file, code] of Object.entries(planted)) {
    await mkdir(dirname(join(house, file)), { recursive: true });
    await writeFile(join(house, file), `${code}\n`);
  }
});
afterAll(() => rm(house, { recursive: true }));

test('a planted circle is found, whether of types or of rooms, and so is an arrow up', async () => {
  const files = await importsOf(['src'], house);
  expect(circlesOf(files)).toEqual(['src/worker.ts → src/worker/types.ts → src/worker.ts']);
  const rooms = roomsOf(files);
  expect(arrowsOf(rooms)).toEqual(['cli → client', 'client → cli', 'contract → flinks']);
  expect(circlesOf(rooms)).toEqual(['cli → client → cli']);
  expect(arrowsUp(rooms)).toEqual(['client → cli', 'contract → flinks']);
});

test('a folder without a file is an error, not a graph without circles', async () => {
  await expect(importsOf(['nowhere'], house)).rejects.toThrow('lists no file of nowhere');
});
