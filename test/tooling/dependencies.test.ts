import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dependenciesPage, shippedPackages } from '../../dev/dependencies.js';

/** Licences that ask for no more than their text to be kept. */
const permissive = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense'];

test('every package that ships has a licence that allows it to', async () => {
  const { packages } = await shippedPackages();
  expect(packages.length).toBeGreaterThan(50);
  expect(packages.filter(({ licence }) => !permissive.includes(licence))).toEqual([]);
});

test('the page of dependencies lists what ships', async () => {
  expect(await readFile('docs/dependencies.md', 'utf8')).toBe(await dependenciesPage());
});

interface Lock {
  packages: Record<string, { integrity?: string }>;
}

const projects = ['.', 'bench', 'bench/dbos', 'bench/restate'];

test.each(projects)('every package of %s is locked to its content', async (project) => {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as Lock;
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(0);
  expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
});

test.each(projects)('no package of %s may run a script when it is installed', async (project) => {
  expect(await readFile(join(project, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});
