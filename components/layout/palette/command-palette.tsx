"use client";

import { Command } from "cmdk";
import { CornerDownLeft, LoaderCircle, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog as Primitive } from "radix-ui";
import { useEffect, useState } from "react";
import { overlayStyle } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { leave } from "../leave-guard";
import { onSignal } from "../open-signals";
import { isBetter, matchEntries } from "./match-entries";
import { readPageCommands } from "./page-commands";
import type { PaletteEntry, PaletteSearch } from "./palette-types";
import { NavIcon } from "../nav-icon";
import { queryLengthMin, usePaletteSearch, type PaletteResults } from "./use-palette-search";

type Props = Readonly<{ entries: readonly PaletteEntry[]; search?: PaletteSearch | undefined }>;

const groupStyle =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted";

/** Searches pages, commands and data from one box (Ctrl or ⌘ K). */
export function CommandPalette({ entries, search }: Props) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [pageCommands, setPageCommands] = useState<readonly PaletteEntry[]>([]);
  useEffect(
    () =>
      onSignal("palette", () => {
        setQuery("");
        setPageCommands(readPageCommands());
        setOpen((old) => !old);
      }),
    [],
  );
  const results = usePaletteSearch(open ? query : "", search);
  const offered = matchEntries([...pageCommands, ...entries], query);
  const shown = isBetter(offered, results.entries, query)
    ? [offered, results.entries]
    : [results.entries, offered];
  // Select the best when the results of the server arrive, so that Enter opens it.
  const [selected, setSelected] = useState({ id: "", query: "" });
  if (results.state === "idle" && results.query !== selected.query)
    setSelected({ id: shown.flat()[0]?.id ?? selected.id, query: results.query });
  const go = ({ href, run }: PaletteEntry) => {
    setOpen(false);
    // After the palette gave the focus back: what runs may take it.
    if (run) setTimeout(run);
    else if (href !== undefined)
      leave(() => {
        router.push(href);
      });
  };
  return (
    <Primitive.Root open={open} onOpenChange={setOpen}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyle} />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-2 z-50 mx-auto max-w-xl overflow-hidden rounded-xl border border-border bg-raised shadow-pop enter-rise sm:top-[14vh]"
        >
          <Primitive.Title className="sr-only">Search or run a command</Primitive.Title>
          <Command
            label="Search or run a command"
            loop
            shouldFilter={false}
            value={selected.id}
            onValueChange={(id) => {
              setSelected((old) => ({ ...old, id }));
            }}
          >
            <div className="flex items-center gap-2.5 border-b border-border px-4">
              {results.state === "searching" ? (
                <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin text-muted" />
              ) : (
                <Search aria-hidden className="size-4 shrink-0 text-muted" />
              )}
              <Command.Input
                value={query}
                onValueChange={setQuery}
                placeholder="Search or run a command"
                className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none pointer-coarse:text-lg"
              />
              <Kbd keys={["Esc"]} />
            </div>
            <Command.List
              label="Results"
              className="max-h-[min(24rem,60dvh)] scroll-py-2 overflow-y-auto p-1.5 pt-0"
            >
              {shown.map((some, at) => (
                <Groups key={at} entries={some} onGo={go} />
              ))}
            </Command.List>
            {shown.flat().length === 0 && (
              <p role="status" className="px-4 pt-2 pb-8 text-center text-sm text-muted">
                {emptyText(results, query)}
              </p>
            )}
          </Command>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function emptyText({ state }: PaletteResults, query: string): string {
  if (state === "searching") return "Searching…";
  if (state === "failed") return "Search failed. Try again.";
  return query.trim().length < queryLengthMin
    ? "Type at least two letters to search certificates, identities and the rest."
    : `No results for “${query}”.`;
}

type GroupsProps = Readonly<{
  entries: readonly PaletteEntry[];
  onGo: (entry: PaletteEntry) => void;
}>;

function Groups({ entries, onGo }: GroupsProps) {
  const names = [...new Set(entries.map((entry) => entry.group))];
  return names.map((name) => (
    <Command.Group key={name} heading={name} className={groupStyle}>
      {entries
        .filter((entry) => entry.group === name)
        .map((entry) => (
          <Command.Item
            key={entry.id}
            value={entry.id}
            onSelect={() => {
              onGo(entry);
            }}
            className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1 text-sm data-[selected=true]:bg-hover pointer-coarse:min-h-11"
          >
            <span className="text-muted">
              {entry.icon ? (
                <NavIcon id={entry.icon} />
              ) : (
                <CornerDownLeft aria-hidden className="size-4" />
              )}
            </span>
            <span className="min-w-0 flex-1">
              <span className="block truncate">{entry.label}</span>
              {entry.hint && (
                <span className="block truncate text-xs text-muted">{entry.hint}</span>
              )}
            </span>
            {entry.keys && <Kbd keys={entry.keys} />}
          </Command.Item>
        ))}
    </Command.Group>
  ));
}
