import { readTextFile } from "@/components/ui/read-text-file";
import type { NamedText } from "./rows-of-files";

const maxFiles = 1_000;
const maxFileBytes = 2_000_000;

/** The texts of files, of a reasonable number and size. */
export async function readFiles(files: readonly File[]): Promise<NamedText[]> {
  const read = files
    .filter(({ name, size }) => !name.startsWith(".") && size <= maxFileBytes)
    .slice(0, maxFiles)
    .map(async (file) => ({ name: file.name, text: await readTextFile(file) }));
  return Promise.all(read);
}

/** The files that were dropped, those in dropped folders included. */
export async function filesOfDrop(transfer: DataTransfer): Promise<File[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(
    (entry) => entry !== null,
  );
  if (entries.length === 0) return [...transfer.files];
  const found: File[] = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= maxFiles) return;
  if (entry.isFile) {
    const file = await new Promise<File | null>((resolve) => {
      (entry as FileSystemFileEntry).file(resolve, () => {
        resolve(null);
      });
    });
    if (file) found.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader returns a folder in parts, and an empty one at its end.
    const part = await new Promise<FileSystemEntry[]>((resolve) => {
      reader.readEntries(resolve, () => {
        resolve([]);
      });
    });
    if (part.length === 0) return;
    for (const one of part) await collect(one, found);
  }
}
