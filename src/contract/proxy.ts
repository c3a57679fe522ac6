/** A proxy that this process uses. */
export interface Proxy {
  /** The variable that names it. */
  variable: string;
  /** With its user and password, if it has them. */
  url: URL;
  /** What to do to go past it, as a sentence. */
  advice: string;
}

/** A proxy in words, without its user and password. */
export const describeProxy = ({ variable, url }: Proxy): string => `the proxy of ${variable} (${url.host})`;
