// Certificates for tests, made anew each time: none of them is worth anything outside of its test.
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

type Provider = Extract<Parameters<typeof cryptoProvider.set>[0], object>;

cryptoProvider.set(webcrypto as unknown as Provider);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 24 * 60 * 60_000;

/** As Node's TLS takes it. */
export interface Certificate {
  cert: string;
  key: string;
}

export interface Authority {
  /** The certificate of the CA itself. */
  ca: string;
  /** A certificate for one host: a name, or the address of an interface. Negative `days` make one that has expired. */
  issue(host: string, days?: number): Promise<Certificate>;
}

/** A CA that nobody trusts unasked. */
export async function certificateAuthority(): Promise<Authority> {
  const keys = await newKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test CA',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 30 * day),
    notAfter: new Date(Date.now() + 30 * day),
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  });
  return {
    ca: root.toString('pem'),
    async issue(host, days = 1) {
      const { publicKey, privateKey } = await newKeys();
      const isAddress = /^[\d.]+$|:/.test(host);
      const certificate = await X509CertificateGenerator.create({
        subject: 'CN=Test',
        issuer: root.subject,
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(Date.now() - 20 * day),
        notAfter: new Date(Date.now() + days * day),
        extensions: [new SubjectAlternativeNameExtension([{ type: isAddress ? 'ip' : 'dns', value: host }])],
      });
      const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
      return { cert: certificate.toString('pem'), key: pem('PRIVATE KEY', der) };
    },
  };
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
