"use client";

import { useEffect, useState } from "react";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { ReleasePreview } from "@/lib/names/schema";

type Props = Readonly<{
  identityId: string;
  /** The names, by their ids. */
  nameIds: readonly string[];
  action: ServerAction<ReleasePreview>;
}>;

/** Certificates that lose one of the names if the identity releases them. */
export function UncoveredList({ identityId, nameIds, action }: Props) {
  const [state, setState] = useState<ReleasePreview | "loading" | "failed">("loading");
  const ids = nameIds.join(" ");
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      const answer = await action(null, { id: identityId, nameIds: ids.split(" ") }).catch(
        () => null,
      );
      if (isCurrent) setState(answer?.ok ? answer.data : "failed");
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [action, identityId, ids]);
  if (state === "loading") return <p className="text-sm text-muted">Looking for certificates…</p>;
  if (state === "failed")
    return <p className="text-sm text-expiring">Its certificates couldn’t be loaded.</p>;
  if (state.count === 0)
    return <p className="text-sm text-muted">No valid certificate carries what is released.</p>;
  const rest = state.count - state.certificates.length;
  return (
    <section aria-label="Certificates that lose a name" className="flex flex-col gap-1 text-sm">
      <p>{plural(state.count, "certificate loses", "certificates lose")} a name:</p>
      <ul className="relative max-h-40 overflow-y-auto rounded-lg border border-border bg-sunken px-3 py-2">
        {state.certificates.map(({ id, commonName, notAfter }) => (
          <li key={id} className="flex flex-wrap justify-between gap-x-4 py-0.5">
            <Link href={`/certificates/${id}`}>{commonName || id}</Link>
            <span className="text-xs text-muted">
              expires <Time at={notAfter} />
            </span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="text-xs text-muted">And {plural(rest, "more certificate")}.</p>}
    </section>
  );
}
