"use client";

import { useState } from "react";
import { colonHex, cutMiddle, groupHex, shortHex } from "@/lib/format/identifier";
import { CopyButton } from "./copy-button";

type Props = Readonly<{
  value: string;
  /** What it is, for the copy button: "serial number". */
  label: string;
  /**
   * hex: serial numbers and fingerprints, in groups of four · colon: in pairs as openssl prints
   * them · text: unchanged.
   */
  kind?: "hex" | "colon" | "text" | undefined;
  /** Starts expanded and wraps: for detail pages. */
  whole?: boolean | undefined;
  copy?: boolean | undefined;
}>;

const wholeText = {
  hex: (text: string) => groupHex(text),
  colon: colonHex,
  text: (text: string) => text,
} as const;

/**
 * An identifier in a monospace font: grouped, shortened in the middle, expandable, and copied without
 * the grouping.
 */
export function MonoId({ value, label, kind = "hex", whole = false, copy = true }: Props) {
  const [open, setOpen] = useState(whole);
  const full = wholeText[kind](value);
  const short =
    kind === "text"
      ? cutMiddle(value, 12, 8)
      : kind === "colon"
        ? cutMiddle(full, 11, 11)
        : shortHex(value);
  const cut = short !== full;
  return (
    <span className="relative z-1 inline-flex max-w-full items-center gap-0.5">
      {cut ? (
        <button
          type="button"
          aria-expanded={open}
          data-tip={open ? undefined : full}
          aria-label={`${label} ${open ? full : short}, ${open ? "shorten" : "show all"}`}
          onClick={() => {
            setOpen(!open);
          }}
          className="min-w-0 rounded-sm text-left font-mono text-xs break-words hover:text-accent"
        >
          {open ? full : short}
        </button>
      ) : (
        <span className="min-w-0 font-mono text-xs break-words">{full}</span>
      )}
      {copy && <CopyButton text={value} label={`Copy ${label}`} />}
    </span>
  );
}
