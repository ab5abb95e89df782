/** Longer texts are parsed each time, so that they cannot fill the memory. */
const maxTextLength = 32_768;

/**
 * Memoizes a pure function of a text. Suitable only for parsing: what a text says may be cached,
 * whether it is accepted may not. Keeps between `capacity` and twice as many of the latest results.
 */
export function memoizeByText<T>(
  compute: (text: string) => T,
  capacity: number,
): (text: string) => T {
  let recent = new Map<string, T>();
  let older = new Map<string, T>();
  return (text) => {
    if (recent.has(text)) return recent.get(text) as T;
    const result = older.has(text) ? (older.get(text) as T) : compute(text);
    if (text.length > maxTextLength) return result;
    if (recent.size >= capacity) [older, recent] = [recent, new Map()];
    recent.set(text, result);
    return result;
  };
}
