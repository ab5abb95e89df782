"use client";

import clsx from "clsx";
import { FileUp } from "lucide-react";
import { useId, useState, type DragEvent } from "react";
import { formatBytes } from "@/lib/format/count";
import { buttonStyle } from "./button-style";
import { Field, type FieldProps } from "./field";
import { readTextFile } from "./read-text-file";
import { Textarea, type TextareaProps } from "./textarea";

type Props = Omit<FieldProps, "aside"> &
  Omit<TextareaProps, "mono" | "value" | "onChange"> &
  Readonly<{
    name: string;
    /** File extensions that the file picker offers, such as ".csr,.pem,.der". */
    accept?: string | undefined;
    maxBytes?: number | undefined;
    /** What a file is called in sentences, such as "a CSR file". */
    fileLabel?: string | undefined;
    onText?: ((text: string) => void) | undefined;
  }>;

/**
 * A text area that also accepts a dropped or chosen file. A binary file is converted to base64. The
 * form sends the text.
 */
export function FileTextField({
  label,
  hint,
  error,
  required,
  hideLabel,
  name,
  accept,
  maxBytes = 65_536,
  fileLabel = "a file",
  onText,
  defaultValue,
  id,
  rows = 8,
  ...rest
}: Props) {
  const [text, setText] = useState(String(defaultValue ?? ""));
  const [problem, setProblem] = useState<string>();
  const [dragging, setDragging] = useState(false);
  const change = (next: string) => {
    setText(next);
    onText?.(next);
  };
  const fits = (what: string, size: number) => {
    setProblem(
      size > maxBytes
        ? `${what} is too large (${formatBytes(size)}). The limit is ${formatBytes(maxBytes)}.`
        : undefined,
    );
    return size <= maxBytes;
  };
  const readFile = async (file: File | undefined) => {
    if (file && fits(file.name, file.size)) change(await readTextFile(file));
  };
  const type = (next: string) => {
    if (fits("The pasted text", next.length)) change(next);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDragging(false);
    void readFile(event.dataTransfer.files[0]);
  };
  const errors = [
    ...(problem ? [problem] : []),
    ...(typeof error === "string" ? [error] : (error ?? [])),
  ];
  return (
    <div
      className="relative"
      onDragOver={(event) => {
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={() => {
        setDragging(false);
      }}
      onDrop={drop}
    >
      <Field
        {...{ label, hint, required, hideLabel, id }}
        error={errors}
        aside={<FileButton label={`Choose ${fileLabel}`} accept={accept} onFile={readFile} />}
      >
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
      {dragging && (
        <div className="pointer-events-none absolute inset-0 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-accent-soft/95 font-medium text-accent">
          Drop {fileLabel} here
        </div>
      )}
    </div>
  );
}

function FileButton({
  label,
  accept,
  onFile,
}: Readonly<{
  label: string;
  accept: string | undefined;
  onFile: (file: File | undefined) => Promise<void>;
}>) {
  const id = useId();
  return (
    <span>
      <input
        id={id}
        type="file"
        accept={accept}
        className="peer sr-only"
        onChange={(event) => {
          void onFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <label
        htmlFor={id}
        className={clsx(
          buttonStyle("ghost", "sm"),
          "peer-focus-visible:outline-2 peer-focus-visible:outline-accent",
        )}
      >
        <FileUp aria-hidden /> {label}
      </label>
    </span>
  );
}
