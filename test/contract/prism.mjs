// Loads the contract in Prism and asks it for a list, with the token and without.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const bin = new URL("node_modules/.bin/prism", import.meta.url).pathname;
const prism = spawn(bin, ["mock", "--port", port, "--host", "127.0.0.1", process.argv[2]]);
const output = [];
const deadline = setTimeout(() => fail("Prism didn't start within 60 s"), 60_000);

function fail(why) {
  console.error(output.join(""), why);
  prism.kill();
  process.exit(1);
}

prism.on("exit", (code) => fail(`Prism ended with status ${code}`));
prism.stderr.on("data", (data) => output.push(data));
await new Promise((resolve) =>
  prism.stdout.on("data", (data) => {
    output.push(data);
    if (output.join("").includes("Prism is listening")) resolve();
  }),
);

const url = `http://127.0.0.1:${port}/api/v2/connections/alm/`;
const list = await fetch(url, { headers: { Authorization: "Token editor-token" } });
if (list.status !== 200 || (await list.json()).results[0].alias !== "Rally Integration") fail(`list: ${list.status}`);
const anonymous = await fetch(url);
if (anonymous.status !== 401) fail(`without a token: ${anonymous.status}`);
clearTimeout(deadline);
prism.removeAllListeners("exit");
prism.kill();
console.log("Prism loads the contract and serves it.");
