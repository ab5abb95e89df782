/** The value under the longest key that is the end of the path, if it is accepted: `Identity.name` goes before `name`. */
export function findByPath<T>(
  values: Readonly<Record<string, T>>,
  path: readonly string[],
  isAccepted: (value: T) => boolean = () => true,
): T | undefined {
  for (let from = 0; from < path.length; from += 1) {
    const key = path.slice(from).join(".");
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value !== undefined && isAccepted(value)) return value;
  }
  return undefined;
}
