/** Hands a text to the browser as a download; nothing is asked of the server. */
export function saveText(name: string, text: string, type = "text/plain;charset=utf-8"): void {
  saveBlob(name, new Blob([text], { type }));
}

/** Hands bytes to the browser as a download. */
export function saveBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob),
    link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has opened it by the next turn; kept longer, a large export would stay in memory.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
