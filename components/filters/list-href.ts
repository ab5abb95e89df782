/** The filters in the URL: one text for each name. */
export type Params = Readonly<Record<string, string>>;
export type ParamChanges = Readonly<Record<string, string | null | undefined>>;

/**
 * The URL of a list with some filters changed; null removes one. Changing a filter returns to the
 * first page.
 */
export function listHref(path: string, params: Params, change: ParamChanges = {}): string {
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...params, cursor: null, ...change })) {
    if (value) next.set(name, value);
  }
  return next.size > 0 ? `${path}?${next.toString()}` : path;
}

/** The sort link of a column: the first click sorts as people expect it, the second reverses. */
export function sortLink(
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
    sortHref: listHref(path, params, { sort: next === "up" ? column : `-${column}` }),
  };
}

/** Links between the pages of a list whose cursors lead both ways. */
export function pageLinks(
  path: string,
  params: Params,
  {
    nextCursor,
    previousCursor,
  }: Readonly<{ nextCursor: string | null; previousCursor: string | null }>,
): Readonly<{
  firstHref: string | null;
  newerHref: string | null;
  olderHref: string | null;
  newerLabel: string;
  olderLabel: string;
}> {
  const hrefOf = (cursor: string | null) => cursor && listHref(path, params, { cursor });
  return {
    firstHref: params["cursor"] ? listHref(path, params) : null,
    newerHref: hrefOf(previousCursor),
    olderHref: hrefOf(nextCursor),
    newerLabel: "Previous page",
    olderLabel: "Next page",
  };
}

/**
 * Links between the pages of a keyset-paged list. A cursor only leads forward, so the link back goes
 * to the first page.
 */
export function paginationLinks(
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
    newerHref: params["cursor"] ? listHref(path, params) : null,
    olderHref: nextCursor === null ? null : listHref(path, params, { cursor: nextCursor }),
    newerLabel: "First page",
    olderLabel: "Next page",
  };
}
