const http = require("http");

const server = http.createServer((request, response) => response.end("hello\n"));
server.listen(3000);
process.on("SIGTERM", () => server.close());
