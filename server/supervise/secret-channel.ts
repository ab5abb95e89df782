import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import type { SecretSettings } from "@/lib/runtime/read-secrets";

/**
 * What a process gets through pipes: its secret settings as one line of JSON, and for the signer
 * the KEK as 32 raw bytes, which so never exist as text in its memory.
 */
export type ChildSecrets = Readonly<{ settings: SecretSettings; kek?: Uint8Array }>;

/** The pipes that a process needs, after the descriptors that it has anyway. */
export type SecretPipes = Readonly<{
  stdio: readonly "pipe"[];
  environment: Readonly<Record<string, string>>;
  /** Call it right after the start: the process waits for its secrets. */
  send: (child: ChildProcess) => void;
}>;

/** Pipes from the descriptor `first` on, and the variables that tell the process which they are. */
export function makeSecretPipes(first: number, { settings, kek }: ChildSecrets): SecretPipes {
  const contents = [Buffer.from(`${JSON.stringify(settings)}\n`), ...(kek ? [kek] : [])];
  return {
    stdio: contents.map(() => "pipe" as const),
    environment: {
      CHANCERY_SECRETS_FD: String(first),
      ...(kek ? { CHANCERY_KEK_FD: String(first + 1) } : {}),
    },
    send: (child) => {
      contents.forEach((bytes, index) => {
        const pipe = child.stdio[first + index] as Writable | null | undefined;
        pipe?.on("error", () => {}); // it has ended, which is reported elsewhere
        pipe?.end(Buffer.from(bytes));
      });
    },
  };
}
