"use client";

import { ChevronDown, Download } from "lucide-react";
import { ButtonLink, IconButton } from "./button";
import { DropdownMenu, MenuItem } from "./dropdown-menu";

export type DownloadFile = Readonly<{ href: string; label: string; hint?: string | undefined }>;

/** Downloads the first of several files with one click, and the others from a menu. */
export function DownloadSplitButton({
  label,
  files,
}: Readonly<{
  /** What the button says, such as "Download". */ label: string;
  files: readonly [DownloadFile, ...DownloadFile[]];
}>) {
  const [first] = files;
  return (
    <span className="inline-flex [&>*]:rounded-none [&>:first-child]:rounded-l-md [&>:last-child]:-ml-px [&>:last-child]:rounded-r-md">
      <ButtonLink href={first.href} download icon={<Download aria-hidden />}>
        {label}
      </ButtonLink>
      <DropdownMenu
        label="Files"
        trigger={
          <IconButton
            variant="secondary"
            label="Other formats"
            icon={<ChevronDown aria-hidden />}
          />
        }
      >
        {files.map(({ href, label: name, hint }) => (
          <MenuItem key={href} href={href} download>
            {name}
            {hint && <span className="block text-xs whitespace-normal text-muted">{hint}</span>}
          </MenuItem>
        ))}
      </DropdownMenu>
    </span>
  );
}
