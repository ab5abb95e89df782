// What code that runs in one of Chancery's processes can do. Started as that process's user and
// with its flags, it tries everything that it is given as JSON and prints what came of it: "open"
// for what it could do, otherwise the code of the error.
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { connect } from "node:net";

const { files, folders, processes, sockets, ports } = JSON.parse(process.argv[2]);

function attempt(work) {
  try {
    work();
    return "open";
  } catch (error) {
    return error.code ?? error.name;
  }
}

const read = (path) =>
  attempt(() => {
    const fd = openSync(path, "r");
    try {
      // The address of memory at 0 can't be read; what counts is that it could be opened.
      if (!path.endsWith("/mem")) readSync(fd, Buffer.alloc(16));
    } finally {
      closeSync(fd);
    }
  });
const reach = (options) =>
  new Promise((done) => {
    const socket = connect(options);
    socket.once("connect", () => {
      socket.destroy();
      done("open");
    });
    socket.once("error", (error) => done(error.code));
  });
const each = async (items, work) =>
  Object.fromEntries(await Promise.all(items.map(async (item) => [item, await work(item)])));

const result = {
  files: await each(files, read),
  folders: await each(folders, (path) => attempt(() => readdirSync(path))),
  processes: await each(processes, async (pid) => ({
    environ: read(`/proc/${pid}/environ`),
    maps: read(`/proc/${pid}/maps`),
    mem: read(`/proc/${pid}/mem`),
    fd: attempt(() => readdirSync(`/proc/${pid}/fd`)),
    root: attempt(() => readdirSync(`/proc/${pid}/root/`)),
    cwd: attempt(() => readdirSync(`/proc/${pid}/cwd/`)),
    // The signal that makes an unguarded Node.js open its inspector.
    inspector: attempt(() => process.kill(pid, "SIGUSR1")),
    signal: attempt(() => process.kill(pid, 0)),
  })),
  sockets: await each(sockets, (path) => reach({ path })),
  ports: await each(ports, (port) => reach({ port, host: "127.0.0.1" })),
};
process.stdout.write(JSON.stringify(result));
