/** Longer texts are read each time, so that nobody fills the memory with them. */
const LONGEST = 32_768;

/**
 * The same reading, done once for the same text as long as it is asked for again and again. For pure readings alone: what is kept is what the
 * text says, never whether it counts. Keeps between `most` and twice as many of the latest.
 */
export function rememberReading<T>(read: (text: string) => T, most: number): (text: string) => T {
  let young = new Map<string, T>(),
    old = new Map<string, T>();
  return (text) => {
    if (young.has(text)) return young.get(text) as T;
    const result = old.has(text) ? (old.get(text) as T) : read(text);
    if (text.length > LONGEST) return result;
    if (young.size >= most) [old, young] = [young, new Map()];
    young.set(text, result);
    return result;
  };
}
