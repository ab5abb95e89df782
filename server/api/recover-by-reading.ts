import type { Actor } from "@/lib/access/actor";
import type { EntryId } from "@/lib/format/ids";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import type { Input, Route } from "./define-route";

/**
 * How a repeated request gets the answer of a first one that was committed and never answered,
 * where the operation doesn't say so itself: by reading what the act made or changed, if the API
 * has an operation for that with the same answer. Secrets are null, as in every repeated answer.
 */
export function withRecovery(routes: readonly Route[]): readonly Route[] {
  const readers = new Map(
    routes.filter(({ method }) => method === "get").map((route) => [route.path, route]),
  );
  return routes.map((route) => {
    const reader = route.method === "post" ? readers.get(readerPath(route)) : undefined;
    if (route.recover !== undefined || reader === undefined) return route;
    return { ...route, recover: makeRecover(route, reader) };
  });
}

/** Of what a POST made, or of what `/{id}/verb` changed. */
const readerPath = ({ path, status }: Route): Route["path"] =>
  status === 201 ? `${path}/{id}` : (path.replace(/\/[^/{}]+$/, "") as Route["path"]);

const makeRecover =
  (route: Route, reader: Route): NonNullable<Route["recover"]> =>
  async (deps, actor, { targetId, entryId }) => {
    const input = { params: { id: targetId }, query: {}, body: {} };
    const read = reader.handle as (
      deps: Deps,
      actor: Actor,
      input: Input<unknown, unknown, unknown>,
    ) => Promise<MaybeRecorded<unknown> | Response>;
    const outcome = await read(deps, actor, input as Input<unknown, unknown, unknown>);
    if (outcome instanceof Response) return "unreadable";
    const secrets = Object.fromEntries((route.secrets ?? []).map((name) => [name, null]));
    const result = { ...(outcome.result as object), ...secrets };
    return route.response.safeParse({ ...result, entryId }).success
      ? { result, entryId: entryId as EntryId }
      : "unreadable";
  };
