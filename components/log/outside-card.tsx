import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Stack } from "@/components/ui/layout";

/** How anybody verifies without this console: with a copy of the key and tools that others wrote. */
export function OutsideCard({
  publicUrl,
  vkey,
}: Readonly<{ publicUrl: string; vkey: string | null }>) {
  if (vkey === null) return null;
  return (
    <Card
      title="From outside"
      description="Keep the verifier key where Chancery cannot change it. Then none of this page has to be believed."
    >
      <Stack gap="sm">
        <CodeBlock
          label="An export, without a network"
          wrap
          code={`npx chancery verify export.jsonl --key '${vkey}'`}
        />
        <CodeBlock label="The newest checkpoint" wrap code={`curl ${publicUrl}/log/checkpoint`} />
      </Stack>
    </Card>
  );
}
