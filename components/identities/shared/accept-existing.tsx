"use client";

import { Banner } from "@/components/ui/banner";
import { Checkbox } from "@/components/ui/checkbox";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import { formatCount, plural } from "@/lib/format/count";
import type { ExistingCredentials } from "@/lib/identities/schema";
import type { Acceptance, ExistingGroup } from "./use-acceptance";

const maxShown = 5;

type Props = Readonly<{
  acceptance: Acceptance;
  identity: Readonly<{ id: string; name: string }>;
  /** What all of it could do then: "sign in as Night shift". */
  effect: string;
}>;

/** Lists what an identity has already, for the user to accept group by group. */
export function AcceptExisting({ acceptance, identity, effect }: Props) {
  const { existing, groups, isAccepted, accept } = acceptance;
  if (existing === null) return null;
  return (
    <Banner
      tone="warning"
      title={`${identity.name} already has the following. All of it could ${effect}.`}
    >
      <div className="mt-2 flex flex-col gap-3">
        {groups.map((group) => (
          <div key={group} className="flex min-w-0 flex-col gap-1">
            <Checkbox
              checked={isAccepted(group)}
              onChange={(event) => {
                accept(group, event.target.checked);
              }}
              label={labelOf(group, existing)}
              hint={hintOf(group, existing)}
            />
            <div className="ml-6.5 min-w-0">
              <GroupContents group={group} existing={existing} identityId={identity.id} />
            </div>
          </div>
        ))}
      </div>
    </Banner>
  );
}

const hints: Readonly<Record<ExistingGroup, string | undefined>> = {
  certificates: undefined,
  keys: "Including those of certificates that have expired or were revoked.",
  tokens: "They keep working, but can’t issue, rotate or revoke its certificates anymore.",
  settings: undefined,
};

function hintOf(group: ExistingGroup, { counts }: ExistingCredentials): string | undefined {
  const hint = hints[group];
  if (group !== "keys" || counts.serverKeys === 0) return hint;
  return `${hint} Chancery made ${formatCount(counts.serverKeys)} of them and handed ${counts.serverKeys === 1 ? "it" : "them"} out: who requested the certificate has had the private key.`;
}

function labelOf(group: ExistingGroup, { counts }: ExistingCredentials): string {
  if (group === "certificates") return `I accept ${plural(counts.certificates, "certificate")}`;
  if (group === "keys") return `I accept ${plural(counts.keys, "key")}`;
  if (group === "tokens") return `I accept ${plural(counts.tokens, "API token")}`;
  return "I accept its names, networks and owner";
}

function GroupContents({
  group,
  existing,
  identityId,
}: Readonly<{ group: ExistingGroup; existing: ExistingCredentials; identityId: string }>) {
  if (group === "certificates") return <Certificates existing={existing} identityId={identityId} />;
  if (group === "tokens")
    return (
      <ul className="text-xs text-muted">
        {existing.tokens.slice(0, maxShown).map(({ id, name, createdBy, createdAt }) => (
          <li key={id}>
            {name}, created by {createdBy} on <Time at={createdAt} show="day" />
          </li>
        ))}
      </ul>
    );
  if (group === "settings") {
    const { names, networks, owner, counts } = existing;
    const more = counts.names - Math.min(names.length, maxShown);
    return (
      <ul className="text-xs text-muted break-words">
        {names.length > 0 && (
          <li>
            Names: {names.slice(0, maxShown).join(", ")}
            {more > 0 && ` and ${more} more`}
          </li>
        )}
        <li>Networks: {networks.length === 0 ? "any" : networks.join(", ")}</li>
        <li>Owner: {owner}</li>
      </ul>
    );
  }
  return null;
}

/** Live certificates, each with who requested it and when. */
export function Certificates({
  existing: { certificates, counts },
  identityId,
}: Readonly<{ existing: ExistingCredentials; identityId: string }>) {
  const shown = certificates.slice(0, maxShown);
  return (
    <ul className="flex flex-col gap-0.5 text-xs text-muted">
      {shown.map(({ id, serial, state, requestedBy, requestedAt, serverKey }) => (
        <li key={id} className="break-words">
          <MonoId value={serial} label="serial number" copy={false} /> requested by {requestedBy} on{" "}
          <Time at={requestedAt} show="day" />
          {state === "held" && ", on hold"}
          {serverKey && "; Chancery made its key and handed it out"}
        </li>
      ))}
      {counts.certificates > shown.length && (
        <li>
          <Link href={`/certificates?identity=${identityId}`}>
            View all {plural(counts.certificates, "certificate")}
          </Link>
        </li>
      )}
    </ul>
  );
}
