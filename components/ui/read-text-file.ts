/**
 * The file's text; a file that is not UTF-8 text comes back as base64 in lines of 64, which every
 * reader of PEM accepts.
 */
export async function readTextFile(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    /* not text: below */
  }
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return base64.match(/.{1,64}/g)?.join("\n") ?? "";
}
