import { CheckGroup } from "@/components/forms/check-group";
import { DurationTextField } from "@/components/forms/duration-text-field";
import { Checkbox } from "@/components/ui/checkbox";
import { FieldError } from "@/components/ui/field";
import { Grid, Stack } from "@/components/ui/layout";
import type { ProfileRules } from "@/lib/pki/types";
import { extendedKeyUsageChoices, keyAlgorithmChoices, keyUsageChoices } from "./rule-words";

export type RuleProps = Readonly<{
  rules: ProfileRules;
  errors: (path: string) => string[] | undefined;
}>;

/** Which keys may be certified. */
export function KeyRules({ rules, errors }: RuleProps) {
  return (
    <CheckGroup
      label="Key algorithms"
      name="rules.keyAlgorithms"
      options={keyAlgorithmChoices}
      checked={rules.keyAlgorithms}
      error={errors("rules.keyAlgorithms")}
      hint="A weak key of any kind is refused whatever stands here."
    />
  );
}

/** How long certificates live and overlap. */
export function TimeRules({ rules, errors }: RuleProps) {
  const revocation = errors("rules.noRevAvail");
  return (
    <Stack>
      <Grid columns={2}>
        <DurationTextField
          label="Lifetime"
          name="rules.validitySecondsDefault"
          seconds={rules.validitySecondsDefault}
          error={errors("rules.validitySecondsDefault")}
          hint="What a request gets that asks for none."
        />
        <DurationTextField
          label="Longest lifetime"
          name="rules.validitySecondsMax"
          seconds={rules.validitySecondsMax}
          error={errors("rules.validitySecondsMax")}
          hint="More is refused."
        />
        <DurationTextField
          label="Overlap of a rotation"
          name="rules.rotationOverlapSeconds"
          seconds={rules.rotationOverlapSeconds}
          error={errors("rules.rotationOverlapSeconds")}
          hint="How long a predecessor stays valid. 0 s revokes it at once."
        />
        <DurationTextField
          label="Backdating"
          name="rules.backdateSeconds"
          seconds={rules.backdateSeconds}
          error={errors("rules.backdateSeconds")}
          hint="How far notBefore lies before signing, for clocks that run late."
        />
      </Grid>
      <Checkbox
        name="rules.noRevAvail"
        label="Without revocation"
        defaultChecked={rules.noRevAvail}
        hint="No CRL and no OCSP address, noRevAvail instead (RFC 9608). For lifetimes of at most ten days."
      />
      {revocation && <FieldError id="no-rev-avail-error" messages={revocation} />}
    </Stack>
  );
}

/** What certificates may be used for. */
export function UsageRules({ rules, errors }: RuleProps) {
  return (
    <Stack>
      <CheckGroup
        label="Key usage"
        name="rules.keyUsage"
        options={keyUsageChoices}
        checked={rules.keyUsage}
        error={errors("rules.keyUsage")}
      />
      <CheckGroup
        label="Extended key usage"
        name="rules.extendedKeyUsage"
        options={extendedKeyUsageChoices}
        checked={rules.extendedKeyUsage}
        error={errors("rules.extendedKeyUsage")}
      />
    </Stack>
  );
}
