// Certificates of an authority of their own, made by openssl for one test.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Pair {
  cert: string;
  key: string;
}

export interface Authority {
  /** The file of its own certificate. */
  ca: string;
  /** The files of a certificate that it signs, for these names and addresses. */
  sign(name: string, subjects: string): Promise<Pair>;
  remove(): Promise<void>;
}

/** An authority that nobody knows. */
export async function privateAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  let serial = 1;
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=private');
  return {
    ca: file('ca.crt'),
    async sign(name, subjects) {
      const [cert, key] = [file(`${name}.crt`), file(`${name}.key`)];
      await writeFile(file(`${name}.ext`), `subjectAltName=${subjects}\n`);
      await openssl('req', ...newKey, '-keyout', key, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      const ca = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', String((serial += 1)), '-days', '1'];
      await openssl('x509', '-req', '-in', `${name}.csr`, ...ca, '-extfile', `${name}.ext`, '-out', cert);
      return { cert, key };
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
