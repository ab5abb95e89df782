type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The props that were given: keys whose value is undefined are left out, so that a primitive sees "absent". */
export function given<T extends Record<string, unknown>>(props: T): Given<T> {
  return Object.fromEntries(
    Object.entries(props).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}
