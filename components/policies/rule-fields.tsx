"use client";

import { Checkbox } from "@/components/ui/checkbox";
import { FieldGroup } from "@/components/ui/field";
import { TextField } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import type { PolicyRule } from "@/lib/policies/schema";
import { IdentityListField } from "./identity-list-field";
import { LinesField } from "./lines-field";
import { MethodField } from "./method-field";
import type { IdentityNames, NamedIdentity } from "./policy-labels";

export type ProfileChoice = Readonly<{ slug: string; name: string }>;
export type RuleFieldsProps = Readonly<{
  rule: PolicyRule;
  names: IdentityNames;
  profiles: readonly ProfileChoice[];
  find: ServerAction<IdentityList>;
  onNamed: (identity: NamedIdentity) => void;
  onChange: (change: Partial<PolicyRule>) => void;
  /** The errors at a part of this rule: "name", "paths". */
  errors: (part: string) => string[] | undefined;
}>;

const kinds = [
  ["service", "Services"],
  ["person", "People"],
  ["device", "Devices"],
] as const;
const toggled = <T,>(values: readonly T[], value: T, on: boolean): T[] =>
  on ? [...values, value] : values.filter((one) => one !== value);

/**
 * The fields of one rule. An empty part matches everything; a rule matches if all of its parts do.
 */
export function RuleFields({
  rule,
  names,
  profiles,
  find,
  onNamed,
  onChange,
  errors,
}: RuleFieldsProps) {
  return (
    <div className="@container flex flex-col gap-5">
      <NameAndEffect rule={rule} onChange={onChange} errors={errors} />
      {rule.effect === "allow" && <PreflightField rule={rule} onChange={onChange} />}
      <div className="grid gap-x-6 gap-y-5 @lg:grid-cols-2">
        {rule.preflight !== true && (
          <div className="flex min-w-0 flex-col gap-5">
            <IdentityListField
              ids={rule.identities}
              names={names}
              find={find}
              error={errors("identities")}
              onChange={(identities) => {
                onChange({ identities });
              }}
              onNamed={onNamed}
            />
            <KindsAndProfiles rule={rule} profiles={profiles} onChange={onChange} errors={errors} />
          </div>
        )}
        <div className="flex min-w-0 flex-col gap-5">
          {rule.preflight !== true && (
            <MethodField
              methods={rule.methods}
              error={errors("methods")}
              onChange={(methods) => {
                onChange({ methods });
              }}
            />
          )}
          <LinesField
            label="Paths"
            lines={rule.paths}
            error={errors("paths")}
            onChange={(paths) => {
              onChange({ paths });
            }}
            placeholder={"/v1/payments\n/v1/reports/**"}
            hint="One per line. * matches one path segment, ** at the end matches everything below. Leave empty for any path."
          />
          <LinesField
            label="Networks"
            lines={rule.networks}
            error={errors("networks")}
            onChange={(networks) => {
              onChange({ networks });
            }}
            placeholder="10.20.0.0/16"
            hint="Client addresses or networks, one per line. Leave empty for any."
          />
        </div>
      </div>
    </div>
  );
}

type PartProps = Pick<RuleFieldsProps, "rule" | "onChange" | "errors">;

function NameAndEffect({ rule, onChange, errors }: PartProps) {
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-52 flex-1">
        <TextField
          label="Name"
          value={rule.name}
          required
          maxLength={100}
          autoComplete="off"
          error={errors("name")}
          onChange={(event) => {
            onChange({ name: event.target.value });
          }}
          hint="Recorded in every entry that this rule decides."
        />
      </div>
      <div className="flex flex-col gap-1.5 self-start">
        <span className="text-sm font-medium">Effect</span>
        <Segmented
          label="Effect"
          name="effect"
          value={rule.effect}
          onChange={(effect) => {
            onChange(effect === "deny" ? { effect, preflight: undefined } : { effect: "allow" });
          }}
          options={[
            { value: "allow", label: "Allow" },
            { value: "deny", label: "Deny" },
          ]}
        />
      </div>
    </div>
  );
}

/** Browsers send a preflight without a certificate, so such a rule has no part about the caller. */
function PreflightField({ rule, onChange }: Pick<PartProps, "rule" | "onChange">) {
  return (
    <Checkbox
      label="Only CORS preflights"
      hint="Before a script calls another origin, the browser sends OPTIONS without a certificate. Anyone can send such requests."
      checked={rule.preflight === true}
      onChange={(event) => {
        onChange(
          event.target.checked
            ? { preflight: true, identities: [], kinds: [], profiles: [], methods: [] }
            : { preflight: undefined },
        );
      }}
    />
  );
}

function KindsAndProfiles({
  rule,
  profiles,
  onChange,
  errors,
}: PartProps & Pick<RuleFieldsProps, "profiles">) {
  return (
    <>
      <FieldGroup label="Kinds" hint="None selected means any." error={errors("kinds")}>
        <div className="flex flex-wrap gap-x-5 gap-y-2">
          {kinds.map(([kind, label]) => (
            <Checkbox
              key={kind}
              label={label}
              checked={rule.kinds.includes(kind)}
              onChange={(event) => {
                onChange({ kinds: toggled(rule.kinds, kind, event.target.checked) });
              }}
            />
          ))}
        </div>
      </FieldGroup>
      <FieldGroup
        label="Profiles"
        hint="Profile the certificate was issued under. None selected means any."
        error={errors("profiles")}
      >
        <div className="flex flex-col gap-2">
          {profiles.map(({ slug, name }) => (
            <Checkbox
              key={slug}
              label={name}
              checked={rule.profiles.includes(slug)}
              onChange={(event) => {
                onChange({ profiles: toggled(rule.profiles, slug, event.target.checked) });
              }}
            />
          ))}
        </div>
      </FieldGroup>
    </>
  );
}
