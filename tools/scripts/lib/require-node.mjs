import { nodeMajor } from "./node-release.mjs";
import { giveUp } from "./say.mjs";

/**
 * Ends this process if it does not run on the Node.js of decision 15. The scripts of package.json
 * and `npx chancery` come here through tools/node, which finds it.
 */
export function requireNode() {
  if (process.versions.node.split(".")[0] === String(nodeMajor)) return;
  giveUp(
    new Error(
      `Chancery runs on Node.js ${nodeMajor}; this is ${process.version}. Use the npm scripts (npm start, npm run unit -- PATH), npx chancery or tools/node SCRIPT: they bring it along.`,
    ),
  );
}
