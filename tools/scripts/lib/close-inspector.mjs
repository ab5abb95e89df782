// Imported first. Without a listener of its own, Node.js opens an inspector when it gets SIGUSR1
// from any program of the same user, which can then read and change everything in the process. Node
// 20, which may only launch Chancery, lacks --disable-sigusr1.
process.on("SIGUSR1", () => {});
