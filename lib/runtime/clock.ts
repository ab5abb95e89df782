/** What time it is; tests set their own. */
export type Clock = Readonly<{ now: () => Date }>;
/** `bytes(n)` are n random bytes, fit for keys. */
export type Random = Readonly<{ bytes: (n: number) => Uint8Array }>;
