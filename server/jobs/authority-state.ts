import type { Deps } from "@/lib/deps";
import { loadAuthorityIndex, makeAuthorityIndex } from "@/lib/status/authority-index";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import { makeAuthorityFiles } from "@/server/status/authority-files";
import type { Resource } from "@/server/status/resource";

/** The authorities as this process serves them; empty before setup. */
export type AuthorityState = Readonly<{
  index: () => AuthorityIndex;
  files: () => ReadonlyMap<string, Resource>;
  reload: () => Promise<void>;
}>;

/** Nothing is read until `reload`. */
export function makeAuthorityState(deps: Pick<Deps, "db">): AuthorityState {
  let index = makeAuthorityIndex([]),
    files = makeAuthorityFiles(index);
  return {
    index: () => index,
    files: () => files,
    reload: async () => {
      index = await loadAuthorityIndex(deps);
      files = makeAuthorityFiles(index);
    },
  };
}
