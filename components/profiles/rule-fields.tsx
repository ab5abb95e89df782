import { CheckGroup } from "@/components/forms/check-group";
import { DurationTextField } from "@/components/forms/duration-text-field";
import { Checkbox } from "@/components/ui/checkbox";
import { FieldError } from "@/components/ui/field";
import { Grid, Stack } from "@/components/ui/layout";
import type { ProfileRules } from "@/lib/pki/types";
import {
  extendedKeyUsageChoices,
  identityKindChoices,
  keyAlgorithmChoices,
  keyUsageChoices,
} from "./rule-choices";

export type RuleProps = Readonly<{
  rules: ProfileRules;
  errors: (path: string) => string[] | undefined;
}>;

/** Which identities get certificates, and at whose request. */
export function IdentityRules({ rules, errors }: RuleProps) {
  return (
    <Stack>
      <CheckGroup
        label="Issue to"
        name="rules.identityKinds"
        options={identityKindChoices}
        checked={rules.identityKinds}
        error={errors("rules.identityKinds")}
        hint="Requests for other kinds of identity are rejected."
      />
      <Checkbox
        name="rules.selfService"
        label="Identities can request certificates for themselves"
        defaultChecked={rules.selfService}
        hint="With their own certificate, API token or ACME account, for names that they hold. They can always rotate the certificates that they have."
      />
      <Checkbox
        name="rules.acme.challenge"
        label="ACME clients prove each name by a challenge"
        defaultChecked={rules.acme?.validation === "challenge"}
        hint="By http-01, dns-01 or tls-alpn-01. A name that is free is then added to the identity. Otherwise, ACME clients get the names that their identity holds without a challenge."
      />
      <Checkbox
        name="rules.acme.caa"
        label="Check CAA records with each challenge"
        defaultChecked={rules.acme?.caa ?? false}
      />
    </Stack>
  );
}

/** Which keys can be certified. */
export function KeyRules({ rules, errors }: RuleProps) {
  const serverKeys = errors("rules.serverKeys");
  return (
    <Stack>
      <CheckGroup
        label="Key algorithms"
        name="rules.keyAlgorithms"
        options={keyAlgorithmChoices}
        checked={rules.keyAlgorithms}
        error={errors("rules.keyAlgorithms")}
        hint="Weak keys are always rejected."
      />
      <Checkbox
        name="rules.serverKeys"
        label="Chancery can make the private key"
        defaultChecked={rules.serverKeys ?? false}
        aria-invalid={serverKeys ? true : undefined}
        aria-describedby={serverKeys ? "server-keys-error" : undefined}
        hint="If a request asks for it. The key is handed out once and not kept. Safer without: a key that is made where it is used was never anywhere else. Not for people, nor for identities that confer power."
      />
      {serverKeys && <FieldError id="server-keys-error" messages={serverKeys} />}
    </Stack>
  );
}

/** Lifetimes, rotation overlap and backdating. */
export function TimeRules({ rules, errors }: RuleProps) {
  const revocation = errors("rules.noRevAvail");
  return (
    <Stack>
      <Grid columns={2}>
        <DurationTextField
          label="Default lifetime"
          name="rules.validitySecondsDefault"
          seconds={rules.validitySecondsDefault}
          error={errors("rules.validitySecondsDefault")}
          hint="Used when a request doesn't specify a lifetime."
        />
        <DurationTextField
          label="Maximum lifetime"
          name="rules.validitySecondsMax"
          seconds={rules.validitySecondsMax}
          error={errors("rules.validitySecondsMax")}
          hint="Longer lifetimes are rejected."
        />
        <DurationTextField
          label="Rotation overlap"
          name="rules.rotationOverlapSeconds"
          seconds={rules.rotationOverlapSeconds}
          error={errors("rules.rotationOverlapSeconds")}
          hint="How long the predecessor stays valid. 0 s revokes it immediately."
        />
        <DurationTextField
          label="Backdating"
          name="rules.backdateSeconds"
          seconds={rules.backdateSeconds}
          error={errors("rules.backdateSeconds")}
          hint="How far notBefore is before the time of signing, for clients whose clocks are slow."
        />
      </Grid>
      <Checkbox
        name="rules.noRevAvail"
        label="No revocation"
        defaultChecked={rules.noRevAvail}
        hint="Adds noRevAvail instead of CRL and OCSP URLs (RFC 9608). Requires a maximum lifetime of 10 days or less."
      />
      {revocation && <FieldError id="no-rev-avail-error" messages={revocation} />}
    </Stack>
  );
}

/** What certificates can be used for. */
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
