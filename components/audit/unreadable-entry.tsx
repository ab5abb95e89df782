import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DataList } from "@/components/ui/data-list";
import { Grid, Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { EntryDetail } from "@/lib/log/schema";

const bytesPerLine = 16;
const maxShownBytes = 4_096;

/**
 * An entry whose bytes can't be read: as hexadecimal with printable ASCII beside it, because
 * whatever else they hold must not reach the page.
 */
export function UnreadableEntry({
  entry,
}: Readonly<{ entry: Extract<EntryDetail, { record: null }> }>) {
  const bytes = Buffer.from(entry.bytesBase64, "base64");
  return (
    <Stack>
      <Banner tone="danger" title="This entry can't be read">
        {entry.sentence} Searches, alerts, exports and every other reader skip it. Chancery writes
        no such entry, so find out who can write to the database. The entry can't be deleted; its
        leaf hash is part of the log like any other.
      </Banner>
      <Grid columns={2}>
        <Card title="Fields">
          <DataList
            items={[
              { label: "Sequenced", value: <Time at={entry.sequencedAt} show="exact" /> },
              {
                label: "Stored ID",
                value: <MonoId value={entry.id} label="ID" kind="text" whole />,
              },
              { label: "Size", value: `${bytes.length} bytes` },
              {
                label: "Leaf hash",
                value: <MonoId value={entry.leafHashHex} label="leaf hash" whole />,
              },
            ]}
          />
        </Card>
        <Card
          title="Bytes"
          description={
            bytes.length > maxShownBytes
              ? `The first ${maxShownBytes} of ${bytes.length}. An export has all of them, in Base64.`
              : "In hexadecimal, with printable characters."
          }
        >
          <CodeBlock label="Bytes" code={hexDump(bytes.subarray(0, maxShownBytes))} short />
        </Card>
      </Grid>
    </Stack>
  );
}

function hexDump(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const line = bytes.subarray(at, at + bytesPerLine);
    const hex = [...line].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = [...line]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
      .join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${hex.padEnd(3 * bytesPerLine - 1)}  ${text}`);
  }
  return lines.join("\n");
}
