// `npm run advisories`: nothing ships with a known advisory that is high or critical.
import { execFile } from 'node:child_process';
import { isMainModule } from '../src/process/main-module.js';

/** What the registry knows of what ships: an advisory a line, or why nothing could be asked. */
export type Advisories = { serious: string[] } | { unanswered: string };

/** What npm prints: a report, or what kept it from one. Failures of the registry carry no code, npm's own do. */
interface Printed {
  vulnerabilities?: Record<string, { severity: string; via: (string | Advisory)[] }>;
  statusCode?: number;
  error?: { code?: string; summary?: string };
}
interface Advisory {
  severity: string;
  title: string;
  url: string;
}

const refused = new Set(['high', 'critical']);

/** Reads what `npm audit --json` printed. Throws if npm could not even ask, for example without a lock file. */
export function readAudit(printed: string): Advisories {
  const { vulnerabilities, statusCode, error } = JSON.parse(printed) as Printed;
  if (vulnerabilities) {
    // A package that only depends on one with an advisory names that one, and has no line of its own.
    const serious = Object.entries(vulnerabilities).flatMap(([name, { via }]) =>
      via.flatMap((one) =>
        typeof one !== 'string' && refused.has(one.severity)
          ? [`${name}: ${one.title} (${one.severity}) ${one.url}`]
          : [],
      ),
    );
    return { serious };
  }
  if (!error || error.code !== undefined) throw new Error(`npm audit failed: ${error?.summary ?? 'no report'}`);
  // Not npm's message, which has the registry's address in it.
  return { unanswered: statusCode === undefined ? 'it cannot be reached' : `it answers ${statusCode}` };
}

/** Asks the registry that npm is set up with. */
export async function knownAdvisories(environment: NodeJS.ProcessEnv = process.env): Promise<Advisories> {
  const args = ['audit', '--omit=dev', '--audit-level=high', '--json', '--fetch-retries=1', '--fetch-timeout=30000'];
  const options = { env: environment, maxBuffer: 64 * 1024 * 1024 };
  // npm ends with 1 if it found something, and also if it got no answer. What it printed tells which.
  const printed = await new Promise<string>((resolve) =>
    execFile('npm', args, options, (_, stdout) => resolve(stdout)),
  );
  return readAudit(printed);
}

if (isMainModule(import.meta.url)) {
  const found = await knownAdvisories();
  if ('unanswered' in found) {
    console.log(`The registry does not say which advisories are known: ${found.unanswered}. Nothing was checked.`);
  } else if (found.serious.length > 0) {
    console.error(['What ships has known advisories:', ...found.serious].join('\n'));
    process.exitCode = 1;
  }
}
