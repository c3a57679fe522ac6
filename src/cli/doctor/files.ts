// Checks whether the files that hold keys are ours alone.
import type { Environment } from '../../config/environment.js';
import { isOpenToOthers } from '../../config/open-files.js';
import { findingsOf, type Finding } from './finding.js';

const holdsSecret = /^(?:FLINKS|PAYLOAD|TEMPORAL|CODEC)_\w+_FILE$|^TEMPORAL_TLS_CLIENT_KEY_PATH$/;

/** A warning that names each variable whose file every user of this machine can read. */
export function checkFiles(environment: Environment): Finding[] {
  const open = Object.entries(environment)
    .filter(([name, path]) => holdsSecret.test(name) && path && isOpenToOthers(path, 'read'))
    .map(([name]) => name);
  if (open.length === 0) return [];
  return [
    findingsOf('key files').warning(
      `every user of this machine can read the ${open.length === 1 ? 'file' : 'files'} of ${open.join(', ')}`,
      'Make them readable for the service’s user only: chmod 600.',
    ),
  ];
}
