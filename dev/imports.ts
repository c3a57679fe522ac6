// Which file imports which, as the compiler itself sees it: types, dynamic imports and require() included.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** From each node to those that it points at. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Every file of these folders, and what it imports from any of them. Paths are relative to `root`. */
export async function importsOf(folders: readonly string[], root = process.cwd()): Promise<Graph> {
  const project = await mkdtemp(join(tmpdir(), 'imports-'));
  try {
    const config = {
      extends: resolve(root, 'tsconfig.json'),
      compilerOptions: { types: [], noEmit: true, noCheck: true },
      include: folders.map((folder) => resolve(root, folder)),
      exclude: ['**/node_modules'],
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config));
    return parsed(await explained(project, root), folders);
  } finally {
    await rm(project, { recursive: true });
  }
}

/** The compiler's own list of the files that it reads, and why it reads each. */
function explained(project: string, root: string): Promise<string> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
  // It ends with 2 if a package is not installed. That does not matter here: our own files are listed all the same.
  return new Promise((done) =>
    execFile(process.execPath, [tsc, '-p', project, '--explainFiles'], options, (_, stdout) => done(stdout)),
  );
}

function parsed(text: string, folders: readonly string[]): Graph {
  const isOurs = (path: string): boolean =>
    folders.some((folder) => path.startsWith(`${folder}/`)) && !path.includes('node_modules/');
  const graph = new Map<string, Set<string>>();
  let imported = '';
  for (const line of text.split('\n')) {
    if (!line.startsWith(' ')) imported = line;
    if (!isOurs(imported)) continue;
    if (!graph.has(imported)) graph.set(imported, new Set());
    const [, importer] = /^ +Imported via .* from file '([^']+)'/.exec(line) ?? [];
    if (importer === undefined || !isOurs(importer)) continue;
    const found = graph.get(importer) ?? new Set();
    graph.set(importer, found.add(imported));
  }
  if (graph.size === 0) throw new Error(`The compiler lists no file of ${folders.join(', ')}:\n${text}`);
  return graph;
}
