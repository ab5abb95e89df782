"use client";

import { useEffect, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { ProxyEffects as Effects } from "@/lib/proxies/schema";

type State = ActionState<Effects> | "failed" | null;
const maxShown = 5;

/** What removing a proxy ends, and what was issued on its word before, in figures. */
export function ProxyEffects({ id, load }: Readonly<{ id: string; load: ServerAction<Effects> }>) {
  const [state, setState] = useState<State>(null);
  useEffect(() => {
    let isCurrent = true;
    void load(null, { id })
      .catch(() => "failed" as const)
      .then((next) => {
        if (isCurrent) setState(next);
      });
    return () => {
      isCurrent = false;
    };
  }, [id, load]);
  if (state === null)
    return (
      <p className="text-sm text-muted" role="status">
        Loading what was done through this proxy…
      </p>
    );
  if (state === "failed" || !state.ok)
    return (
      <Banner tone="warning" live title="Its effects couldn’t be loaded">
        {state === "failed"
          ? "The server didn’t respond. Close the dialog and try again."
          : state.message}
      </Banner>
    );
  const { sessions, certificates } = state.data;
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p>
        {sessions === 0
          ? "No open session was started through it."
          : `${counted(sessions, "open session")} started through it will end.`}
      </p>
      {certificates.count === 0 ? (
        <p>No certificate was requested through it.</p>
      ) : (
        <CertificatesThrough certificates={certificates} />
      )}
    </div>
  );
}

function CertificatesThrough({ certificates }: Pick<Effects, "certificates">) {
  const { count, items } = certificates;
  const shown = items.slice(0, maxShown);
  return (
    <Banner
      tone="warning"
      title={`${counted(count, "certificate")} ${count === 1 ? "was" : "were"} requested through it`}
    >
      <p>They stay valid. Revoke those that you don’t recognize.</p>
      <ul className="mt-2 flex flex-col gap-1.5" aria-label="Certificates requested through it">
        {shown.map(({ id, subject, identity, state, requestedAt }) => (
          <li key={id} className="break-words">
            <Link href={`/certificates/${id}`}>{subject}</Link>
            <span className="block text-xs text-muted">
              {identity.name} · {stateLabels[state] ?? state} · <Time at={requestedAt} />
            </span>
          </li>
        ))}
      </ul>
      {count > shown.length && (
        <p className="mt-2 text-xs text-muted">
          And {count - shown.length} more: GET /api/v1/proxies/…/effects lists the newest 100.
        </p>
      )}
    </Banner>
  );
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

const stateLabels: Readonly<Record<string, string>> = {
  issued: "issued",
  held: "on hold",
  revoked: "revoked",
  planned: "pending",
  failed: "failed",
};
