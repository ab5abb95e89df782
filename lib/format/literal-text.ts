/**
 * A text for the filters `startsWith` and `contains` of the database client, which take `%`, `_` and
 * the backslash of a text for wildcards.
 */
export const literalText = (text: string): string => text.replace(/[\\%_]/g, "\\$&");
