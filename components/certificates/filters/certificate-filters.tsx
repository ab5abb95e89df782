import type { ReactNode } from "react";
import { StateIcon } from "@/components/ui/badge";
import { ChipLink, ChipRow } from "@/components/ui/chip";
import { SearchInput } from "@/components/ui/search-input";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { listHref, type Params } from "@/components/filters/list-href";
import { stateLabels, type State } from "@/lib/format/state";
import { dayMs } from "@/lib/format/time-units";
import type { CertificateListState, RotationState } from "@/lib/certificates/schema";
import { kindLabels } from "@/components/shared/identity-kinds";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import type { SelectOption } from "@/components/ui/select";
import { ActiveFilters } from "./active-filters";
import { MoreFilters } from "./more-filters";
import { identityKinds, subjectKeyAlgorithms } from "@/lib/pki/types";

const order = [
  "valid",
  "expiring",
  "short-lived",
  "expired",
  "held",
  "revoked",
  "pending",
  "failed",
] as const satisfies readonly CertificateListState[];
const looks: Readonly<Record<CertificateListState, State>> = {
  valid: "valid",
  expiring: "expiring",
  "short-lived": "valid",
  expired: "expired",
  held: "hold",
  revoked: "revoked",
  pending: "pending",
  failed: "denied",
};

const ownLabels: Partial<Record<CertificateListState, string>> = {
  failed: "Failed",
  "short-lived": "Short-lived",
};

const opposite = { include: "exclude", exclude: "include" } as const;

type Props = Readonly<{
  path: string;
  params: Params;
  profiles: readonly SelectOption[];
  authorities: readonly SelectOption[];
  identityName?: string | undefined;
  now: Date;
  /** Whether the list has Chancery's own. */
  own: "include" | "exclude";
  /** Whether a profile lets Chancery make keys. */
  serverKeys: boolean;
  /** At the end of the first line. */
  end?: ReactNode;
}>;

const kinds: readonly SelectOption[] = [...identityKinds, "system" as const].map((value) => ({
  value,
  label: kindLabels[value],
}));
const keys: readonly SelectOption[] = subjectKeyAlgorithms.map((value) => ({
  value,
  label: keyAlgorithmLabel(value),
}));

/** Search, states and filters of the certificate list, all stored in the URL. */
export function CertificateFilters({
  path,
  params,
  profiles,
  authorities,
  identityName,
  now,
  own,
  serverKeys,
  end,
}: Props) {
  const state = params["state"];
  return (
    <>
      <FilterBar>
        <SearchInput label="Search certificates" placeholder="Name, owner or serial number" />
        <ChoiceFilter label="Profile" name="profile" any="Any profile" options={profiles} />
        <ChoiceFilter label="CA" name="authority" any="Any CA" options={authorities} />
        <ChoiceFilter label="Kind" name="kind" any="Any kind" options={kinds} />
        <ChoiceFilter label="Key" name="algorithm" any="Any key" options={keys} />
        <MoreFilters {...{ path, params }} />
        {end}
      </FilterBar>
      <div className="flex flex-wrap gap-x-4 gap-y-2 pb-3">
        <ExpiryChips {...{ path, params, now }} />
        <MoreChips {...{ path, params, own, serverKeys }} />
        <ChipRow label="State">
          <ChipLink href={listHref(path, params, { state: null })} active={!state}>
            All
          </ChipLink>
          {order.map((value) => (
            <ChipLink
              key={value}
              href={listHref(path, params, { state: state === value ? null : value })}
              active={state === value}
              icon={<StateIcon state={looks[value]} />}
            >
              {ownLabels[value] ?? stateLabels[looks[value]]}
            </ChipLink>
          ))}
          <ActiveFilters {...{ path, params, identityName }} />
        </ChipRow>
      </div>
    </>
  );
}

const rotationChips = [
  ["requested", "Rotation requested"],
  ["overdue", "Rotation overdue"],
] as const satisfies readonly (readonly [RotationState, string])[];

/**
 * Those without a recorded use, to be replaced, or with a key that Chancery made; and whether
 * Chancery's own are in the list.
 */
function MoreChips({
  path,
  params,
  own,
  serverKeys,
}: Pick<Props, "path" | "params" | "own" | "serverKeys">) {
  const neverUsed =
    params["use"] === undefined
      ? { use: "never", state: params["state"] ?? "valid" }
      : { use: null };
  return (
    <ChipRow label="Use, rotation and origin">
      <ChipLink href={listHref(path, params, neverUsed)} active={params["use"] !== undefined}>
        Never used
      </ChipLink>
      {rotationChips.map(([value, label]) => (
        <ChipLink
          key={value}
          href={listHref(path, params, { rotation: params["rotation"] === value ? null : value })}
          active={params["rotation"] === value}
        >
          {label}
        </ChipLink>
      ))}
      {(serverKeys || params["serverKey"] === "true") && (
        <ChipLink
          href={listHref(path, params, { serverKey: params["serverKey"] ? null : "true" })}
          active={params["serverKey"] === "true"}
        >
          Key made by Chancery
        </ChipLink>
      )}
      <ChipLink
        href={listHref(path, params, { own: params["own"] ? null : opposite[own] })}
        active={own === "include"}
      >
        Chancery’s own
      </ChipLink>
    </ChipRow>
  );
}

const horizons = [7, 30, 60, 90] as const;

/** What expires soon, the first at the top. The last of the days is included. */
function ExpiryChips({ path, params, now }: Pick<Props, "path" | "params" | "now">) {
  const today = Math.floor(now.getTime() / dayMs) * dayMs;
  return (
    <ChipRow label="Expires within">
      <span aria-hidden className="text-xs text-muted">
        Expires within
      </span>
      {horizons.map((days) => {
        const before = new Date(today + (days + 1) * dayMs).toISOString();
        const active = params["expiresBefore"] === before && !params["expiresAfter"];
        const change = active
          ? { expiresBefore: null }
          : { state: "valid", expiresBefore: before, expiresAfter: null, sort: "notAfter" };
        return (
          <ChipLink key={days} href={listHref(path, params, change)} active={active}>
            {days} days
          </ChipLink>
        );
      })}
    </ChipRow>
  );
}
