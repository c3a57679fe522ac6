/**
 * A GUID in either case, as JSON Schema writes a pattern: it knows no flags. It is a text and not a regular expression,
 * because the workflow sandbox freezes what a module exports and zod cannot use a frozen regular expression.
 */
export const guidPattern = '^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$';

const pattern = new RegExp(guidPattern);

/** Whether two ids are one. Flinks may write the letters of a GUID in either case. */
export const isSameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether a text is a GUID, such as a LoginId or a RequestId. */
export const isGuid = (text: string): boolean => pattern.test(text);
