"use client";

import { Search } from "lucide-react";
import { IconButton } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { sendSignal } from "./open-signals";

/** Opens the command palette: a box in the sidebar, an icon on the rail and on phones. */
export function SearchButton({ shape }: Readonly<{ shape: "rail" | "icon" }>) {
  const open = () => {
    sendSignal("palette");
  };
  if (shape === "icon")
    return <IconButton label="Search" icon={<Search aria-hidden />} onClick={open} />;
  return (
    <button
      type="button"
      onClick={open}
      data-tip="Search or run a command"
      aria-keyshortcuts="Control+K Meta+K"
      className="flex h-8 w-full items-center gap-2 rounded-md border border-border bg-raised px-2 text-sm text-muted shadow-card hover:border-edge/60 hover:text-text max-lg:justify-center"
    >
      <Search aria-hidden className="size-4 shrink-0" />
      <span className="flex-1 text-left max-lg:sr-only">Search</span>
      <span aria-hidden className="max-lg:hidden">
        <Kbd keys={["Ctrl", "K"]} together />
      </span>
    </button>
  );
}
