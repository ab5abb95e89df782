/** Filters as they stand in the address: one text for each name. */
export type Params = Readonly<Record<string, string>>;
export type Change = Readonly<Record<string, string | null | undefined>>;

/** The list's address with some filters changed (null takes one away). A change of filters starts again at the first page. */
export function addressOf(path: string, params: Params, change: Change = {}): string {
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...params, cursor: null, ...change })) {
    if (value) next.set(name, value);
  }
  return next.size > 0 ? `${path}?${next.toString()}` : path;
}

/** Sorting by a column: the first click as people expect it there, the second the other way. */
export function sortBy(
  path: string,
  params: Params,
  column: string,
  first: "up" | "down",
  current: string,
): Readonly<{ sortHref: string; sorted: "ascending" | "descending" | "none" }> {
  const sorted =
    current === column ? "ascending" : current === `-${column}` ? "descending" : "none";
  const next = sorted === "none" ? first : sorted === "ascending" ? "down" : "up";
  return {
    sorted,
    sortHref: addressOf(path, params, { sort: next === "up" ? column : `-${column}` }),
  };
}

/** Links of a keyset-paged list. A cursor only leads on, so the way back is the beginning (or the browser's own). */
export function pagesOf(
  path: string,
  params: Params,
  nextCursor: string | null,
): Readonly<{
  newerHref: string | null;
  olderHref: string | null;
  newerLabel: string;
  olderLabel: string;
}> {
  return {
    newerHref: params["cursor"] ? addressOf(path, params) : null,
    olderHref: nextCursor === null ? null : addressOf(path, params, { cursor: nextCursor }),
    newerLabel: "First page",
    olderLabel: "Next page",
  };
}
