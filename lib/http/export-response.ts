import { streamBytes } from "./stream-bytes";

type Exported = Readonly<{
  count: number;
  checkpoint: number | null;
  type: string;
  fileName: string;
  pieces: AsyncIterable<Uint8Array>;
}>;

/**
 * An export as a download: the number of entries and their checkpoint are in the
 * headers, so that progress can be shown.
 */
export function exportResponse(
  { count, checkpoint, type, fileName, pieces }: Exported,
  stop: () => void,
): Response {
  return streamBytes(
    pieces,
    {
      "Content-Type": type,
      "Content-Disposition": `attachment; filename="${fileName}"`,
      "Cache-Control": "no-store",
      "Chancery-Export-Count": String(count),
      ...(checkpoint === null ? {} : { "Chancery-Export-Checkpoint": String(checkpoint) }),
    },
    stop,
  );
}
