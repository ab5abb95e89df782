/**
 * The beginning of a text, at most `max` UTF-16 units long, without half a character at its end:
 * PostgreSQL refuses one in JSON.
 */
export const cutText = (text: string, max: number): string =>
  (text.length > max ? text.slice(0, max) : text).toWellFormed();

export const cutTextOrNull = (text: string | null, max: number): string | null =>
  text === null ? null : cutText(text, max);
