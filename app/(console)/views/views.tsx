import type { Params } from "@/components/filters/list-href";
import { ViewsMenu } from "@/components/views/shared/views-menu";
import type { Actor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import { listViews } from "@/lib/views/list-views";
import { canonicalQuery, type ViewList } from "@/lib/views/schema";
import { save } from "./actions";

type Props = Readonly<{ list: ViewList; deps: Deps; actor: Actor; params: Params }>;

/** The menu of views over a list. Filters that can't be used are no view. */
export async function Views({ list, deps, actor, params }: Props) {
  return (
    <ViewsMenu
      list={list}
      query={canonicalQuery(list, new URLSearchParams(params).toString()) ?? ""}
      views={await listViews(deps, actor, list)}
      save={save}
    />
  );
}
