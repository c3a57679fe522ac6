// Addresses in the configuration.
import { isIP } from 'node:net';
import { z } from 'zod';

export interface Address {
  host: string;
  port: number;
}

/** Whether a host name or address, as it stands in a URL or alone, can only be this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

const addressPattern = /^(?:\[([0-9a-f:]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i;

/** A variable that is an address to listen on. */
export const address = z
  .string()
  .regex(addressPattern, 'must be host:port, such as 0.0.0.0:9465')
  .transform((text): Address => {
    const [, v6, host = v6 ?? '', port] = addressPattern.exec(text) ?? [];
    return { host, port: Number(port) };
  })
  .refine(({ port }) => port <= 65_535, 'must be host:port with a port up to 65535')
  .optional();

/** The same, if a host name is not possible. */
export const ipAddress = z
  .string()
  .refine((text) => isIP(address.safeParse(text).data?.host ?? '') !== 0, 'must be IP:port, such as 0.0.0.0:9464')
  .optional();
