"use client";

import clsx from "clsx";
import { FileUp } from "lucide-react";
import { useId, useRef, useState, type DragEvent } from "react";
import { formatBytes } from "@/lib/format/count";
import { buttonStyle } from "./button-style";
import { Field, type FieldProps } from "./field";
import { readTextFile } from "./read-text-file";
import { Textarea, type TextareaProps } from "./textarea";

type Props = Omit<FieldProps, "aside"> &
  Omit<TextareaProps, "mono" | "value" | "onChange"> &
  Readonly<{
    name: string;
    /** Ends of file names that the chooser offers, e.g. ".csr,.pem,.der". */
    accept?: string | undefined;
    maxBytes?: number | undefined;
    /** What a file is called in sentences, e.g. "a CSR file". */
    fileWord?: string | undefined;
    onText?: ((text: string) => void) | undefined;
  }>;

/** A text area into which a file can be dropped, chosen or pasted. A binary file arrives as base64. The form sends the text. */
export function FileTextField({
  label,
  hint,
  error,
  required,
  hideLabel,
  name,
  accept,
  maxBytes = 65_536,
  fileWord = "a file",
  onText,
  defaultValue,
  id,
  rows = 8,
  ...rest
}: Props) {
  const [text, setText] = useState(String(defaultValue ?? ""));
  const [problem, setProblem] = useState<string>();
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const chooserId = useId();
  const change = (next: string) => {
    setText(next);
    onText?.(next);
  };
  const fits = (what: string, size: number) => {
    setProblem(
      size > maxBytes
        ? `${what} is ${formatBytes(size)}; at most ${formatBytes(maxBytes)} can be read. Choose ${fileWord}.`
        : undefined,
    );
    return size <= maxBytes;
  };
  const take = async (file: File | undefined) => {
    if (file && fits(file.name, file.size)) change(await readTextFile(file));
  };
  const type = (next: string) => {
    if (fits("What was pasted", next.length)) change(next);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const all = [
    ...(problem ? [problem] : []),
    ...(typeof error === "string" ? [error] : (error ?? [])),
  ];
  const choose = (
    <span>
      <input
        ref={chooser}
        id={chooserId}
        type="file"
        accept={accept}
        className="peer sr-only"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <label
        htmlFor={chooserId}
        className={clsx(
          buttonStyle("ghost", "sm"),
          "peer-focus-visible:outline-2 peer-focus-visible:outline-accent",
        )}
      >
        <FileUp aria-hidden /> Choose {fileWord}
      </label>
    </span>
  );
  return (
    <div
      className="relative"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={drop}
    >
      <Field {...{ label, hint, required, hideLabel, id }} error={all} aside={choose}>
        {(wiring) => (
          <Textarea
            {...rest}
            {...wiring}
            name={name}
            rows={rows}
            mono
            required={required}
            spellCheck={false}
            autoComplete="off"
            value={text}
            onChange={(event) => {
              type(event.target.value);
            }}
          />
        )}
      </Field>
      {over && (
        <div className="pointer-events-none absolute inset-0 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-accent-soft/95 font-medium text-accent">
          Drop {fileWord} here
        </div>
      )}
    </div>
  );
}
