import { keepTemporaryFilesInMemory, removeTemporaryFiles } from "@/testing/temporary-folder";

/** Where the installations of a run keep their data, until it ends. */
export default function setUp(): () => void {
  keepTemporaryFilesInMemory();
  return removeTemporaryFiles;
}
