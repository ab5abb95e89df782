import { Download } from "lucide-react";
import type { Params } from "@/components/filters/list-address";
import { Button } from "@/components/ui/button";
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/dropdown-menu";

const formats = [["jsonl", "JSON Lines"], ["csv", "CSV"]] as const;

function hrefOf(params: Params, format: string, reads: string): string {
  const { cursor: _, limit: __, ...filters } = params;
  return `/audit/export?${new URLSearchParams({ ...filters, reads, format }).toString()}`;
}

/** Downloads what the filters match, whole and not only this page. The export is itself an entry. */
export function ExportMenu({ params }: Readonly<{ params: Params }>) {
  const reads = params["reads"] ?? "exclude";
  return (
    <DropdownMenu label="Export" trigger={<Button icon={<Download aria-hidden />}>Export</Button>}>
      <MenuLabel>Everything that the filters match</MenuLabel>
      {formats.map(([format, label]) => <MenuItem key={format} download href={hrefOf(params, format, reads)}>{label}</MenuItem>)}
      {reads === "exclude" && (
        <>
          <MenuSeparator />
          <MenuLabel>The same, with the reads</MenuLabel>
          {formats.map(([format, label]) => <MenuItem key={format} download href={hrefOf(params, format, "include")}>{label}</MenuItem>)}
        </>
      )}
    </DropdownMenu>
  );
}
