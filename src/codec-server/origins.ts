// Origins as browsers send them: scheme, host and port, and nothing else.

/** The origin that a text names, as a browser writes it. Undefined for anything that names more or less than one origin. */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, href, host } = new URL(text);
  const isPage = (protocol === 'https:' || protocol === 'http:') && !host.includes('*');
  // A bare `?` or `#` leaves no trace in the parts of an address, only in the whole.
  return isPage && href === `${origin}/` && !/[\s?#@\\]/.test(text) ? origin : undefined;
}
