"use client";

import { Terminal } from "lucide-react";
import { useCallback, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { DocumentLink } from "@/components/ui/document-link";
import { rootFile, tokenVariable } from "@/lib/format/curl-command";
import { type ApiCall, curlOf } from "./api-call";

type Read = () => ApiCall | null;

/**
 * Inside a form: shows the API call of what the form would do now, as a command. `read` returns null
 * while something is missing. It follows the form as it changes.
 */
export function ShowApiCall({ read }: Readonly<{ read: Read }>) {
  const place = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const onInput = useCallback((changed: () => void) => {
    const form = place.current?.closest("form");
    form?.addEventListener("input", changed);
    return () => form?.removeEventListener("input", changed);
  }, []);
  // Also read again with each render, as after a choice that isn't an input of the form.
  const command = useSyncExternalStore(
    onInput,
    () => (open ? commandOf(read) : null),
    () => null,
  );
  return (
    <div ref={place} className="flex min-w-0 flex-col items-start gap-2">
      <Button
        size="sm"
        variant="ghost"
        icon={<Terminal aria-hidden />}
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? "Hide API call" : "Show API call"}
      </Button>
      {open && <Call command={command} />}
    </div>
  );
}

function commandOf(read: Read): string | null {
  const call = read();
  return call && curlOf(window.location.origin, call);
}

/** What was opened at the end of a dialog would be out of sight. */
const intoView = (element: HTMLElement | null): void => {
  element?.scrollIntoView({ block: "nearest" });
};

function Call({ command }: Readonly<{ command: string | null }>) {
  if (command === null)
    return (
      <p ref={intoView} className="text-xs text-muted">
        Fill in the form first. The call is shown here.
      </p>
    );
  return (
    <div ref={intoView} className="flex w-full min-w-0 flex-col gap-1.5">
      <CodeBlock label="API call" code={command} short />
      <p className="text-xs text-muted">
        Does what the form would do now. Set {tokenVariable} to an API token
        {command.includes(`--cacert ${rootFile}`) &&
          `, and save your root certificate as ${rootFile}`}
        . <DocumentLink href="/docs/api">API reference</DocumentLink>
      </p>
    </div>
  );
}
