// What ships beside our own code: `npm run dependencies` writes docs/dependencies.md and the bill of materials.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { isMainModule } from '../src/process/main-module.js';

interface Component {
  name: string;
  version: string;
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
}

const page = 'docs/dependencies.md';
const billOfMaterials = 'dist/sbom.cdx.json';

/** The packages that a worker, a client or a codec server loads, as npm's own bill of materials (CycloneDX) lists them. */
export async function shippedPackages(): Promise<{ document: string; packages: (Component & { licence: string })[] }> {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--omit', 'dev'],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const { components } = JSON.parse(stdout) as { components: Component[] };
  const packages = components.map((one) => ({ ...one, licence: licenceOf(one) }));
  return {
    document: stdout,
    packages: packages.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0)),
  };
}

const licenceOf = ({ licenses = [] }: Component): string =>
  licenses.map(({ license, expression }) => license?.id ?? license?.name ?? expression ?? '').join(' or ');

/** The page that lists them, as it stands in docs/. */
export async function dependenciesPage(): Promise<string> {
  const { packages } = await shippedPackages();
  const lines = [
    '# What ships',
    '',
    `${packages.length} packages besides our own code, each with its licence. Written by \`npm run dependencies\`, which also leaves`,
    `the bill of materials in CycloneDX at \`${billOfMaterials}\`.`,
    '',
    'CI asks the registry for known advisories before anything else (`npm run advisories`): a high or critical one against',
    'what is listed here fails. If the registry cannot be asked, one line says so and nothing fails.',
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
    '',
  ];
  return format(lines.join('\n'), { ...(await resolveConfig(page)), parser: 'markdown' });
}

if (isMainModule(import.meta.url)) {
  const { document } = await shippedPackages();
  await mkdir('dist', { recursive: true });
  await writeFile(billOfMaterials, document);
  await writeFile(page, await dependenciesPage());
}
