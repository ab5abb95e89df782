"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { buttonStyle, type ButtonSize } from "./button-style";
import { copyText } from "./copy-text";

type Props = Readonly<{
  text: string;
  label: string;
  size?: ButtonSize | undefined;
  /** Shows the label beside the icon. */ labelled?: boolean | undefined;
}>;

/** Copies a text and says so, to the eye and to screen readers. */
export function CopyButton({ text, label, size = "sm", labelled }: Props) {
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
  const said =
    state === "copied"
      ? "Copied"
      : state === "failed"
        ? "Copying is not allowed here. Select the text instead."
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
        data-tip={labelled && state !== "failed" ? undefined : said}
        aria-label={labelled ? undefined : label}
        className={buttonStyle(labelled ? "secondary" : "ghost", size, !labelled)}
      >
        {state === "copied" ? <Check aria-hidden className="text-valid" /> : <Copy aria-hidden />}
        {labelled && (state === "copied" ? "Copied" : label)}
      </button>
      <span role="status" className="sr-only">
        {state === "idle" ? "" : said}
      </span>
    </>
  );
}
