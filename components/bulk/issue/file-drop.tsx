"use client";

import clsx from "clsx";
import { FileUp, FolderUp } from "lucide-react";
import { useId, useState, type DragEvent, type ReactNode } from "react";
import { buttonStyle } from "@/components/ui/button-style";
import { plural } from "@/lib/format/count";
import { filesOfDrop, readFiles } from "./dropped-files";
import type { NamedText } from "./rows-of-files";

/** Takes a CSV file, CSR files, or a folder of them. The files are read in the browser. */
export function FileDrop({
  onFiles,
}: Readonly<{ onFiles: (files: readonly NamedText[]) => void }>) {
  const [chosen, setChosen] = useState<readonly NamedText[]>([]);
  const [dragging, setDragging] = useState(false);
  const take = async (files: readonly File[]) => {
    const read = await readFiles(files);
    setChosen(read);
    onFiles(read);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDragging(false);
    void filesOfDrop(event.dataTransfer).then(take);
  };
  return (
    <div
      className={clsx(
        "flex flex-col items-center gap-3 rounded-lg border-2 border-dashed p-6 text-center text-sm",
        dragging ? "border-accent bg-accent-soft" : "border-edge",
      )}
      onDragOver={(event) => {
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={() => {
        setDragging(false);
      }}
      onDrop={drop}
    >
      <p className="max-w-md">
        Drop a CSV file with the CSR files that it names, or a folder of CSR files, each named after
        its identity.
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        <FileChoice label="Choose files" icon={<FileUp aria-hidden />} onFiles={take} />
        <FileChoice label="Choose a folder" icon={<FolderUp aria-hidden />} folder onFiles={take} />
      </div>
      <p role="status" className="text-muted">
        {chosen.length > 0 &&
          `${plural(chosen.length, "file")}: ${chosen
            .slice(0, 3)
            .map(({ name }) => name)
            .join(", ")}${chosen.length > 3 ? " …" : ""}`}
      </p>
    </div>
  );
}

type ChoiceProps = Readonly<{
  label: string;
  icon: ReactNode;
  folder?: boolean;
  onFiles: (files: readonly File[]) => Promise<void>;
}>;

function FileChoice({ label, icon, folder = false, onFiles }: ChoiceProps) {
  const id = useId();
  return (
    <span>
      <input
        id={id}
        type="file"
        multiple
        className="peer sr-only"
        {...(folder ? { webkitdirectory: "" } : { accept: ".csv,.csr,.pem,.der,.req,.p10" })}
        onChange={(event) => {
          void onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <label
        htmlFor={id}
        className={clsx(
          buttonStyle("secondary", "sm"),
          "peer-focus-visible:outline-2 peer-focus-visible:outline-accent",
        )}
      >
        {icon} {label}
      </label>
    </span>
  );
}
