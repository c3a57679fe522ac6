import { readFile } from 'node:fs/promises';
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
  packages: Record<string, { version?: string; integrity?: string; hasInstallScript?: true; resolved?: string }>;
}

test('every package is locked to its content, and none runs a script when it is installed', async () => {
  const [lock, manifest] = (await Promise.all(
    ['package-lock.json', 'package.json'].map(async (file) => JSON.parse(await readFile(file, 'utf8')) as unknown),
  )) as [Lock, { allowScripts: Record<string, boolean> }];
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
  const withScripts = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  const names = withScripts.map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(names.filter((name) => manifest.allowScripts[name] !== false)).toEqual([]);
});
