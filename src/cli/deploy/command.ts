// The words of `deploy`. What it does is loaded when it is run.
import type { Command } from 'commander';
import type { ExitCode } from '../terminal/output.js';
import type { SetCurrentOptions } from './deploy.js';

const work = () => import('./deploy.js');

/** Adds `deploy set-current` and `deploy status` to the command line. */
export function deployCommands(deploy: Command, exitWith: (code: ExitCode) => void): void {
  deploy.description('which build of the worker takes new runs, if workers have a WORKER_BUILD_ID');
  deploy
    .command('set-current')
    .description('let new runs go to a build; waits until a worker of it polls, and until the change has taken effect')
    .option('--build-id <id>', 'the build (default: WORKER_BUILD_ID)')
    .option('--timeout <duration>', 'how long to wait', '30 seconds')
    .option('--json', 'write exactly one JSON document to stdout')
    .action(async (options: SetCurrentOptions) => exitWith(await (await work()).setCurrent(options)));
  deploy
    .command('status')
    .description('the builds that the server knows of, and which one takes new runs')
    .option('--json', 'write exactly one JSON document to stdout')
    .action(async (options: { json?: boolean }) => exitWith(await (await work()).status(options)));
}
