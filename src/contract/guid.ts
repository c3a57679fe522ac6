/**
 * A GUID in either case. The pattern has no flags, because JSON Schema knows none and the published schemas carry it as it
 * is. It is not zod's own, which the workflow sandbox freezes.
 */
export const guidPattern = /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$/;

/** Whether a text is a GUID, such as a LoginId or a RequestId. */
export const isGuid = (text: string): boolean => guidPattern.test(text);
