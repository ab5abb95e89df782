import { StateIcon } from "@/components/ui/badge";
import { ChipLink, ChipRow, FilterChip } from "@/components/ui/chip";
import { SearchInput } from "@/components/ui/search-input";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { addressOf, type Params } from "@/components/filters/list-address";
import { stateWords, type State } from "@/lib/format/state";
import type { CertificateListState } from "@/lib/certificates/schema";
import type { SelectOption } from "@/components/ui/select";

const order = [
  "valid",
  "expiring",
  "expired",
  "held",
  "revoked",
  "pending",
  "failed",
] as const satisfies readonly CertificateListState[];
const looks: Readonly<Record<CertificateListState, State>> = {
  valid: "valid",
  expiring: "expiring",
  expired: "expired",
  held: "hold",
  revoked: "revoked",
  pending: "pending",
  failed: "denied",
};

type Props = Readonly<{
  path: string;
  params: Params;
  profiles: readonly SelectOption[];
  authorities: readonly SelectOption[];
  identityName?: string | undefined;
}>;

/** Search, states and choices over the list of certificates, all of them in the address. */
export function CertificateFilters({ path, params, profiles, authorities, identityName }: Props) {
  const state = params["state"];
  return (
    <>
      <FilterBar>
        <SearchInput label="Search certificates" placeholder="Name, serial or fingerprint" />
        <ChoiceFilter label="Profile" name="profile" any="Any profile" options={profiles} />
        <ChoiceFilter
          label="Authority"
          name="authority"
          any="Any authority"
          options={authorities}
        />
      </FilterBar>
      <div className="pb-3">
        <ChipRow label="State">
          <ChipLink href={addressOf(path, params, { state: null })} active={!state}>
            All
          </ChipLink>
          {order.map((value) => (
            <ChipLink
              key={value}
              href={addressOf(path, params, { state: state === value ? null : value })}
              active={state === value}
              icon={<StateIcon state={looks[value]} />}
            >
              {value === "failed" ? "Failed" : stateWords[looks[value]]}
            </ChipLink>
          ))}
          {params["identity"] && (
            <FilterChip
              label="Identity"
              value={identityName ?? params["identity"]}
              removeHref={addressOf(path, params, { identity: null })}
            />
          )}
          {params["expiresBefore"] && (
            <FilterChip
              label="Ends before"
              value={params["expiresBefore"]}
              removeHref={addressOf(path, params, { expiresBefore: null })}
            />
          )}
          {params["expiresAfter"] && (
            <FilterChip
              label="Ends after"
              value={params["expiresAfter"]}
              removeHref={addressOf(path, params, { expiresAfter: null })}
            />
          )}
          {params["serial"] && (
            <FilterChip
              label="Serial"
              value={params["serial"]}
              removeHref={addressOf(path, params, { serial: null })}
            />
          )}
        </ChipRow>
      </div>
    </>
  );
}
