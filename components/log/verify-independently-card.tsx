import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Stack } from "@/components/ui/layout";

/**
 * How to verify without this console: with a copy of the key and independent tools.
 */
export function VerifyIndependentlyCard({
  publicUrl,
  vkey,
}: Readonly<{ publicUrl: string; vkey: string | null }>) {
  if (vkey === null) return null;
  return (
    <Card
      title="Verify independently"
      description="Keep a copy of the verifier key where Chancery can’t change it. With that key you can verify everything here independently."
    >
      <Stack gap="sm">
        <CodeBlock
          label="An export, offline"
          wrap
          code={`npx chancery verify export.jsonl --key '${vkey}'`}
        />
        <CodeBlock label="The latest checkpoint" wrap code={`curl ${publicUrl}/log/checkpoint`} />
      </Stack>
    </Card>
  );
}
