// The last step of `npm run build`: bundles the compiled workflows, so that a worker does not have to when it starts.
import { stat } from 'node:fs/promises';
import { bundleKinds, prebuiltPath, writeBundle } from './prebuilt.js';

for (const kind of bundleKinds) {
  const path = prebuiltPath(kind);
  await writeBundle(kind, path);
  process.stdout.write(`${path} (${Math.round((await stat(path)).size / 1024)} kB)\n`);
}
