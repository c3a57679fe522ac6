// The client as a package of its own, without the worker: npm run pack:client builds dist/client and its tarball.
//
// There is one implementation, in CommonJS, and a door to it for each module system. Two implementations would be two
// sets of error classes, and instanceof would fail between them.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isMainModule } from '../src/process/main-module.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

/** Needed by those only who keep large results in S3. */
const optional = ['@aws-sdk/client-s3', '@temporalio/external-storage-s3', '@temporalio/external-storage-s3-aws-sdk'];
/** Not asked for by name, but Temporal's packages have to share one copy of it: with several, nothing can be stored. */
const shared = 'protobufjs';
/** Packages that start no run and answer no question; the worker alone takes 261 MB. */
const unwanted = ['@temporalio/worker', '@temporalio/workflow', '@temporalio/activity', '@temporalio/testing', 'axios'];

/** Builds the package in `folder/client` and returns the path of its tarball in `folder`. */
export async function packClient(folder: string): Promise<string> {
  const built = join(folder, 'client');
  await rm(built, { recursive: true, force: true });
  await mkdir(built, { recursive: true });
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.client.json', '--outDir', built];
  await run(process.execPath, tsc, { cwd: root }).catch(({ stdout }: { stdout: string }) => {
    throw new Error(`The client does not compile:\n${stdout}`);
  });
  // What is only found by its path, the compiler knows nothing of.
  const carried = (await readdir(join(root, 'src'), { recursive: true })).filter((file) => file.endsWith('.cjs'));
  for (const file of carried) await cp(join(root, 'src', file), join(built, file));
  await writeFile(join(built, 'client.mjs'), "export * from './client.js';\n");
  await writeFile(join(built, 'client.d.mts'), "export * from './client.js';\n");
  await cp(join(root, 'docs/client.md'), join(built, 'README.md'));
  await writeFile(join(built, 'package.json'), `${JSON.stringify(await manifest(built), null, 2)}\n`);
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: built });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  return join(folder, filename);
}

interface RootPackage {
  version: string;
  license: string;
  engines: Record<string, string>;
  dependencies: Record<string, string>;
}

async function manifest(built: string) {
  const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as RootPackage;
  const needed = await requiredPackages(built);
  const refused = needed.filter((name) => unwanted.includes(name));
  if (refused.length > 0) throw new Error(`The client must not need ${refused.join(', ')}.`);
  const versions = (names: string[], range = '') =>
    Object.fromEntries(
      names.map((name) => {
        const version = own.dependencies[name];
        if (version === undefined) throw new Error(`The client needs ${name}, which package.json does not name.`);
        return [name, range + version];
      }),
    );
  return {
    name: 'flinks-temporal-client',
    version: own.version,
    description: 'Starts, follows and answers durable retrievals of bank account details through Flinks.',
    license: own.license,
    type: 'commonjs',
    main: './client.js',
    types: './client.d.ts',
    exports: {
      '.': {
        import: { types: './client.d.mts', default: './client.mjs' },
        require: { types: './client.d.ts', default: './client.js' },
      },
      './package.json': './package.json',
    },
    engines: own.engines,
    dependencies: versions([...needed.filter((name) => !optional.includes(name)), shared].toSorted()),
    peerDependencies: versions(optional, '^'),
    peerDependenciesMeta: Object.fromEntries(optional.map((name) => [name, { optional: true }])),
  };
}

/** The packages that the built code asks for, in alphabetical order. */
async function requiredPackages(built: string): Promise<string[]> {
  const files = (await readdir(built, { recursive: true })).filter((file) => /\.c?js$/.test(file));
  const sources = await Promise.all(files.map((file) => readFile(join(built, file), 'utf8')));
  const asked = sources.flatMap((source) =>
    [...source.matchAll(/\brequire\(['"]([^'"]+)['"]\)/g)].map(([, name = '']) => name),
  );
  const packages = asked
    .filter((name) => !name.startsWith('.') && !isBuiltin(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(packages)].toSorted();
}

if (isMainModule(import.meta.url)) process.stdout.write(`${await packClient(join(root, 'dist'))}\n`);
