import { CheckGroup } from "@/components/forms/check-group";
import { Checkbox } from "@/components/ui/checkbox";
import { TextField } from "@/components/ui/input";
import { Grid, Stack } from "@/components/ui/layout";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import { commonNameChoices, commonNameFromChoices, nameTypeChoices } from "./rule-choices";
import type { RuleProps } from "./rule-fields";

/** Which subject can be certified. */
export function SubjectRules({ rules: { subject }, errors }: RuleProps) {
  return (
    <Stack>
      <RadioCards
        label="Common name"
        name="rules.subject.commonName"
        options={commonNameChoices}
        defaultValue={subject.commonName}
        error={errors("rules.subject.commonName")}
      />
      <RadioCards
        label="Allowed common name"
        name="rules.subject.commonNameFrom"
        options={commonNameFromChoices}
        columns={2}
        defaultValue={subject.commonNameFrom}
        error={errors("rules.subject.commonNameFrom")}
      />
      <TextareaField
        label="Fixed subject attributes"
        name="rules.subject.fixed"
        mono
        rows={2}
        defaultValue={subject.fixed.map(({ type, value }) => `${type}=${value}`).join("\n")}
        error={errors("rules.subject.fixed")}
        placeholder="O=Example"
        hint="O, OU, C, L or ST, one per line, placed before the common name. All attributes of the CSR except CN are dropped."
      />
    </Stack>
  );
}

/** Which names can be certified. An empty list allows no names of its type. */
export function NameRules({ rules: { san, names }, errors }: RuleProps) {
  return (
    <Stack>
      <CheckGroup
        label="Types of subjectAltName"
        name="rules.san.types"
        options={nameTypeChoices}
        checked={san.types}
        error={errors("rules.san.types")}
      />
      <Grid columns={2}>
        <TextField
          label="Minimum names"
          name="rules.san.min"
          type="number"
          min={0}
          required
          defaultValue={san.min}
          error={errors("rules.san.min")}
          hint="The number of names each certificate must have."
        />
        <TextField
          label="Maximum names"
          name="rules.san.max"
          type="number"
          min={0}
          required
          defaultValue={san.max}
          error={errors("rules.san.max")}
        />
      </Grid>
      <TextareaField
        label="DNS names"
        name="rules.san.dnsPatterns"
        mono
        rows={3}
        defaultValue={san.dnsPatterns.join("\n")}
        error={errors("rules.san.dnsPatterns")}
        placeholder="**.example.com"
        hint="One per line. example.com allows only that name, *.example.com one label below it, and **.example.com anything below it."
      />
      <Checkbox
        name="rules.san.wildcards"
        label="Allow wildcard names such as *.example.com"
        defaultChecked={san.wildcards}
      />
      <TextareaField
        label="IP ranges"
        name="rules.san.ipRanges"
        mono
        rows={2}
        defaultValue={san.ipRanges.join("\n")}
        error={errors("rules.san.ipRanges")}
        placeholder="10.0.0.0/8"
        hint="CIDR ranges, one per line."
      />
      <TextareaField
        label="Email domains"
        name="rules.san.emailDomains"
        mono
        rows={2}
        defaultValue={san.emailDomains.join("\n")}
        error={errors("rules.san.emailDomains")}
        placeholder="example.com"
        hint="The part after the @, one per line. Subdomains are listed separately."
      />
      <TextareaField
        label="URIs"
        name="rules.san.uriPrefixes"
        mono
        rows={2}
        defaultValue={san.uriPrefixes.join("\n")}
        error={errors("rules.san.uriPrefixes")}
        placeholder="spiffe://example.com/"
        hint="One per line. A URI that ends in / allows everything below it; any other allows only itself."
      />
      <TextareaField
        label="Name templates"
        name="rules.names"
        mono
        rows={2}
        defaultValue={names.map(({ value }) => value).join("\n")}
        error={errors("rules.names")}
        placeholder="spiffe://example.com/{identity.name}"
        hint="Names that an identity gets when it's created, one per line. {identity.name}, {identity.id} and {identity.kind} each fill one segment of a path or one label. Changing a template doesn't change the names of existing identities."
      />
    </Stack>
  );
}
