import { Download } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { Row, Stack } from "@/components/ui/layout";
import { Tabs } from "@/components/ui/tabs";
import { colonHex } from "@/lib/format/identifier";
import { installGuides, type RootFile } from "./install-steps";

/**
 * A root to install on every system that is to trust its certificates: the files, what to compare
 * them with, and the steps on each kind of system.
 */
export function InstallRoot({ root }: Readonly<{ root: RootFile }>) {
  const fingerprint = colonHex(root.fingerprintSha256);
  return (
    <Stack>
      <Row>
        <ButtonLink href={`/ca/${root.slug}.pem`} download icon={<Download aria-hidden />}>
          Download PEM
        </ButtonLink>
        <ButtonLink href={`/ca/${root.slug}.cer`} download icon={<Download aria-hidden />}>
          Download DER
        </ButtonLink>
      </Row>
      <div className="text-sm">
        <p className="font-medium">SHA-256 fingerprint</p>
        <p className="flex items-start gap-1">
          <code className="min-w-0 py-1 font-mono text-xs break-words">{fingerprint}</code>
          <CopyButton text={fingerprint} label="Copy fingerprint" />
        </p>
        <p className="text-muted">
          Compare it on each system before you install the file: the download is over plain HTTP.
        </p>
      </div>
      <Tabs
        label="Steps by system"
        tabs={installGuides(root).map(({ value, label, note, steps }) => ({
          value,
          label,
          content: (
            <Stack>
              <p className="text-sm text-muted">{note}</p>
              {steps.map((step) => (
                <CodeBlock key={step.label} label={step.label} code={step.code} />
              ))}
            </Stack>
          ),
        }))}
      />
    </Stack>
  );
}
