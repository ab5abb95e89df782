import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { Time } from "@/components/ui/time";
import type { AuthorityDto, CeilingDto } from "@/lib/authorities/schema";
import { plural } from "@/lib/format/count";

function listText(values: readonly string[]): string {
  if (values.length === 0) return "None";
  return values.includes("*") ? "Any" : values.join(", ");
}

const mono = (values: readonly string[]) => (
  <span className="font-mono text-xs break-words">{listText(values)}</span>
);

/** What the signer ever signs with the key of this CA, and the command that widens it. */
export function CeilingCard({ slug, ceiling }: Pick<AuthorityDto, "slug" | "ceiling">) {
  if (ceiling === null) return null;
  return (
    <Card
      title="Signer ceiling"
      description="The signer signs nothing beyond this, whatever profiles and administrators allow. It can be changed only on the host."
    >
      <Stack>
        <DataList items={rowsOf(ceiling)} />
        <CodeBlock
          label="Allow another domain"
          code={`npx chancery signer allow ${slug} --dns example.org`}
          wrap
        />
      </Stack>
    </Card>
  );
}

const rowsOf = (ceiling: CeilingDto) => [
  { label: "Domains", hint: "And everything below them", value: mono(ceiling.dns) },
  { label: "URIs", hint: "Besides those of the domains", value: mono(ceiling.uri) },
  { label: "Mailboxes", hint: "Besides those of the domains", value: mono(ceiling.email) },
  { label: "Addresses", value: mono(ceiling.ip) },
  { label: "Extended key usages", value: mono(ceiling.usages) },
  { label: "Longest lifetime", value: plural(ceiling.maxDays, "day") },
  {
    label: "Set",
    value: (
      <>
        <Time at={ceiling.setAt} show="minute" /> by {ceiling.setBy}
      </>
    ),
  },
];

/** Tells what a CA that waits for its confirmation needs. */
export function ConfirmationNotice({ confirmation }: Pick<AuthorityDto, "confirmation">) {
  if (confirmation === null) return null;
  return (
    <div className="mb-4">
      <Banner title="Waiting for confirmation on the host">
        <Stack>
          <p>
            The signer signs the certificate of a new CA only after someone with access to the host
            has confirmed it. Run this command there as the user that runs Chancery, and reload this
            page afterwards.
          </p>
          <CodeBlock label="Confirm on the host" code={confirmation.command} />
        </Stack>
      </Banner>
    </div>
  );
}
