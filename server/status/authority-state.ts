import type { Deps } from "@/lib/runtime/deps";
import {
  type AuthorityIndex,
  readAuthorityIndex,
  makeAuthorityIndex,
} from "@/lib/status/authority-index";
import type { Resource } from "@/server/http/resource";
import { makeAuthorityFiles } from "./authority-files";

/** The CAs that this process serves; none before setup. */
export type AuthorityState = Readonly<{
  index: () => AuthorityIndex;
  files: () => ReadonlyMap<string, Resource>;
  reload: () => Promise<void>;
}>;

/** Reads nothing until `reload`. */
export function makeAuthorityState(deps: Pick<Deps, "db">): AuthorityState {
  let index = makeAuthorityIndex([]),
    files = makeAuthorityFiles(index);
  return {
    index: () => index,
    files: () => files,
    reload: async () => {
      index = await readAuthorityIndex(deps);
      files = makeAuthorityFiles(index);
    },
  };
}
