import { CheckGroup } from "@/components/forms/check-group";
import { Checkbox } from "@/components/ui/checkbox";
import { TextField } from "@/components/ui/input";
import { Grid, Stack } from "@/components/ui/layout";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import { commonNameChoices, nameTypeChoices } from "./rule-words";
import type { RuleProps } from "./rule-fields";

/** Which names may be certified: an empty list allows none of its kind. */
export function NameRules({ rules: { subject, san }, errors }: RuleProps) {
  return (
    <Stack>
      <RadioCards
        label="Common name"
        name="rules.subject.commonName"
        options={commonNameChoices}
        defaultValue={subject.commonName}
        error={errors("rules.subject.commonName")}
      />
      <Checkbox
        name="rules.subject.commonNameInSan"
        label="The common name repeats a subjectAltName"
        defaultChecked={subject.commonNameInSan}
        hint="What TLS clients look at is the subjectAltName alone (RFC 9525)."
      />
      <TextareaField
        label="Fixed subject attributes"
        name="rules.subject.fixed"
        mono
        rows={2}
        defaultValue={subject.fixed.map(({ type, value }) => `${type}=${value}`).join("\n")}
        error={errors("rules.subject.fixed")}
        placeholder="O=Example"
        hint="One a line, put before the common name. What a request asks beyond CN is dropped."
      />
      <CheckGroup
        label="Types of subjectAltName"
        name="rules.san.types"
        options={nameTypeChoices}
        checked={san.types}
        error={errors("rules.san.types")}
      />
      <Grid columns={2}>
        <TextField
          label="At least"
          name="rules.san.min"
          type="number"
          min={0}
          required
          defaultValue={san.min}
          error={errors("rules.san.min")}
          hint="Names a certificate has to have."
        />
        <TextField
          label="At most"
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
        hint="One a line: example.com is exactly it, *.example.com one label below, **.example.com anything below, * any name."
      />
      <Checkbox
        name="rules.san.wildcards"
        label="Wildcard names such as *.example.com may be certified"
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
        hint="CIDR, one a line. 0.0.0.0/0 and ::/0 allow any address."
      />
      <TextareaField
        label="Mailbox domains"
        name="rules.san.emailDomains"
        mono
        rows={2}
        defaultValue={san.emailDomains.join("\n")}
        error={errors("rules.san.emailDomains")}
        placeholder="example.com"
      />
      <TextareaField
        label="URI beginnings"
        name="rules.san.uriPrefixes"
        mono
        rows={2}
        defaultValue={san.uriPrefixes.join("\n")}
        error={errors("rules.san.uriPrefixes")}
        placeholder="spiffe://example.com/"
      />
    </Stack>
  );
}
