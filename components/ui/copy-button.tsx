"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { buttonStyle, type ButtonSize } from "./button-style";

type Props = Readonly<{
  text: string;
  label: string;
  size?: ButtonSize | undefined;
}>;

/** Copies a text and confirms it, visibly and to screen readers. */
export function CopyButton({ text, label, size = "sm" }: Props) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => {
      setState("idle");
    }, 1800);
    return () => {
      clearTimeout(timer);
    };
  }, [state]);
  const message =
    state === "copied"
      ? "Copied"
      : state === "failed"
        ? "Copying isn't available here. Select the text instead."
        : label;
  const copy = async () => {
    setState((await copyText(text)) ? "copied" : "failed");
  };
  return (
    <>
      <button
        type="button"
        onClick={() => {
          void copy();
        }}
        data-tip={message}
        aria-label={label}
        className={buttonStyle("ghost", size, true)}
      >
        {state === "copied" ? <Check aria-hidden className="text-valid" /> : <Copy aria-hidden />}
      </button>
      <span role="status" className="sr-only">
        {state === "idle" ? "" : message}
      </span>
    </>
  );
}

/**
 * Puts a text on the clipboard; false if the browser refuses. Falls back to a selection where the
 * page isn't a secure context.
 */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    /* fall back to execCommand below */
  }
  const holder = document.createElement("textarea");
  holder.value = text;
  holder.className = "sr-only";
  (document.activeElement?.closest("[role=dialog]") ?? document.body).append(holder);
  holder.select();
  const done = document.execCommand("copy");
  holder.remove();
  return done;
}
