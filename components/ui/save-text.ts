/** Saves a text as a download, without a request to the server. */
export function saveText(name: string, text: string, type = "text/plain;charset=utf-8"): void {
  saveBlob(name, new Blob([text], { type }));
}

/** Saves bytes as a download. */
export function saveBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob),
    link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has started by then; keeping it longer would hold a large export in memory.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
