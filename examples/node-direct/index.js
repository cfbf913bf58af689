const { createServer } = require("node:http");

const server = createServer((_, response) => response.end("hello\n"));
server.listen(Number(process.argv.at(-1)));
process.on("SIGTERM", () => server.close());
