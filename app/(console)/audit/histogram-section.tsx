import { Suspense } from "react";
import { Histogram } from "@/components/audit/histogram/histogram";
import type { Params } from "@/components/filters/list-href";
import { Skeleton } from "@/components/ui/skeleton";
import type { Actor } from "@/lib/access/actor";
import type { EntryQuery } from "@/lib/log/schema";
import { getEntryHistogram } from "@/lib/log/search/get-histogram";
import type { Deps } from "@/lib/runtime/deps";

type Props = Readonly<{
  deps: Deps;
  actor: Actor;
  path: string;
  params: Params;
  query: EntryQuery;
}>;

/** The histogram of the list; the list doesn't wait for it. */
export function HistogramSection(props: Props) {
  return (
    <Suspense
      fallback={
        <div className="mb-3 flex h-44 flex-col justify-end">
          <Skeleton height="histogram" />
        </div>
      }
    >
      <Loaded {...props} />
    </Suspense>
  );
}

async function Loaded({ deps, actor, path, params, query }: Props) {
  const { cursor: _, limit: __, order: ___, ...filters } = query;
  const histogram = await getEntryHistogram(deps, actor, filters);
  // A new list begins without the selection of the last one.
  return (
    <Histogram key={JSON.stringify(filters)} path={path} params={params} histogram={histogram} />
  );
}
