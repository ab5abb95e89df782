import { join } from "node:path";
import { startChild } from "@/server/supervise/child";
import { environmentOf, type Secrets } from "@/server/supervise/child-environment";
import { signerFolder } from "@/server/supervise/data-folder";
import type { Boundary } from "@/server/supervise/isolation/boundary";
import { folderDescriptor } from "@/server/supervise/isolation/descriptors";
import type { Output } from "@/server/supervise/output";

export type FillParts = Readonly<{
  root: string;
  dataFolder: string;
  runDir: string;
  settings: NodeJS.ProcessEnv;
  boundary: Boundary;
  secrets: Secrets;
  output: Output;
}>;

/**
 * Makes the demonstration in a process of its own, as the signer's user, and waits until it is
 * complete. That process alone has a moved clock; it ends before any other starts.
 */
export async function fillByChild(
  { root, dataFolder, runDir, settings, boundary, secrets, output }: FillParts,
  password: string,
): Promise<void> {
  const witnessFolder = signerFolder(settings, dataFolder);
  const { users } = boundary;
  const launch = boundary.launch(join(root, "dist", "demo.mjs"), users?.signer);
  const place = { runDir, root: launch.root, witnessFolder, boundary: boundary.kind };
  const child = await startChild({
    name: "demo",
    mark: "signer",
    launch,
    environment: environmentOf("signer", place, settings),
    secrets: {
      settings: {
        DATABASE_URL: secrets.databaseUrl,
        DATABASE_SIGNER_URL: secrets.signerDatabaseUrl,
        CHANCERY_DELIVERY_KEY: secrets.deliveryKey,
        CHANCERY_ADMIN_PASSWORD: password,
      },
      kek: secrets.kek,
    },
    descriptors:
      users === null ? [] : [folderDescriptor("CHANCERY_WITNESS_DIR", witnessFolder, users.signer)],
    print: (line) => output.print("demo", line),
  });
  await child.stop();
}
