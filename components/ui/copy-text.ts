/** Puts a text on the clipboard; false if the browser refuses. Falls back to a selection where the page is not a secure context. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    /* the older way below */
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
