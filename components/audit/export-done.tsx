import { FileDown } from "lucide-react";
import { saveBlob } from "@/components/ui/save-text";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { DialogClose, DialogFooter } from "@/components/ui/dialog";
import { Row } from "@/components/ui/layout";
import { formatBytes, formatCount, plural } from "@/lib/format/count";
import { verifyCommand } from "./export-formats";
import type { ExportState, SavedFile } from "./use-export";

/** What was saved, and how to verify it without Chancery. */
export function ExportDone({
  done: { main, proof, head, records },
}: Readonly<{ done: Extract<ExportState, { phase: "done" }> }>) {
  const files = [main, ...(proof === null ? [] : [proof])];
  return (
    <>
      <Banner tone="success" live title={`Exported ${plural(records, "entry", "entries")}.`}>
        {files.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`).join(" and ")}
        {head && head.size > 0
          ? `, proved by the checkpoint at ${formatCount(head.size)} entries.`
          : ". No checkpoint covers it yet."}
      </Banner>
      <div className="flex flex-col gap-2 text-sm">
        <p>
          Verify the export where you saved it. This needs no network and relies only on the key, so
          compare the key with your own copy.
        </p>
        <CodeBlock
          label="Command"
          code={verifyCommand(main.name, proof?.name ?? null, head)}
          wrap
        />
      </div>
      <Row justify="between">
        <Row>{files.map((file) => file.blob && <SaveAgain key={file.name} file={file} />)}</Row>
        <DialogFooter>
          <DialogClose>
            <Button variant="primary">Done</Button>
          </DialogClose>
        </DialogFooter>
      </Row>
    </>
  );
}

function SaveAgain({ file: { name, blob } }: Readonly<{ file: SavedFile }>) {
  return (
    <Button
      size="sm"
      variant="ghost"
      icon={<FileDown aria-hidden />}
      onClick={() => {
        if (blob) saveBlob(name, blob);
      }}
    >
      Save {name.slice(name.indexOf("."))} again
    </Button>
  );
}
