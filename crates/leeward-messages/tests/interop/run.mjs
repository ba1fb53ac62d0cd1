// Runs the scenarios against `mls_peer`, in Node and in headless Chromium.
// Lies beside what npm installed. Arguments: the built peer, the published vectors.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join, normalize } from "node:path";
import { createInterface } from "node:readline";

const [program, vectors] = process.argv.slice(2);
const here = import.meta.dirname;
const published = JSON.parse(readFileSync(vectors, "utf8"));

// A peer that keeps everything in a folder, so that it can be started anew.
class Peer {
  #dir = mkdtempSync(join(tmpdir(), "mls-peer-"));
  #waiting = [];

  constructor() { this.#start(); }

  #start() {
    this.child = spawn(program, ["--dir", this.#dir], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.child.stdout }).on("line", (line) => this.#waiting.shift()(line));
    this.child.on("exit", () => this.#waiting.splice(0).forEach((answer) => answer('{"error":{"code":"gone"}}')));
  }

  line(request) {
    return new Promise((answer) => {
      this.#waiting.push(answer);
      this.child.stdin.write(`${request}\n`);
    });
  }

  async stop() {
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }

  async restart() {
    await this.stop();
    this.#start();
  }

  async end() {
    await this.stop();
    rmSync(this.#dir, { recursive: true });
  }
}

// What `scenarios.mjs` speaks to, whether it runs here or in a page.
const asking = `(line) => async (op, fields) => {
  const { ok, error } = JSON.parse(await line(JSON.stringify({ op, ...fields })));
  if (error) throw Object.assign(new Error(error.message), error);
  return ok;
}`;

const page = `<!doctype html><title>mls_peer</title>
<script type="importmap">${JSON.stringify({
  imports: {
    "ts-mls": "/npm/ts-mls/dist/src/index.js",
    "ts-mls/": "/npm/ts-mls/dist/src/",
    "@hpke/core": "/npm/@hpke/core/esm/mod.js",
    "@hpke/common": "/npm/@hpke/common/esm/mod.js",
    "@noble/": "/npm/@noble/",
  },
})}</script>
<script type="module">
  const post = async (path, body) => (await fetch(path, { method: "POST", body })).text();
  const ask = (${asking})((line) => post("/line", line));
  const world = { ask, restart: () => post("/restart"), published: ${JSON.stringify(published)} };
  try {
    const { run } = await import("/scenarios.mjs");
    await run(world, (told) => post("/told", told));
    await post("/end", "");
  } catch (error) {
    await post("/end", \`\${error.stack}\\n\${error.cause?.stack ?? ""}\`);
  }
</script>`;

async function inNode() {
  const peer = new Peer();
  const { run } = await import("./scenarios.mjs");
  const ask = eval(asking)((request) => peer.line(request));
  try {
    await run({ ask, restart: () => peer.restart(), published }, (told) => console.log(`node: ${told}`));
  } finally {
    await peer.end();
  }
}

const file = (url) =>
  url.startsWith("/npm/") ? join(here, "node_modules", normalize(url.slice(4))) : join(here, basename(url));

async function inChromium(browser) {
  const peer = new Peer();
  const profile = mkdtempSync(join(tmpdir(), "mls-peer-profile-"));
  let ended;
  const end = new Promise((resolve) => (ended = resolve));
  const posts = {
    "/line": (body) => peer.line(body),
    "/restart": () => peer.restart(),
    "/told": (body) => console.log(`chromium: ${body}`),
    "/end": (body) => ended(body),
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.method === "POST") return response.end((await posts[request.url](body)) ?? "");
    if (request.url === "/") return response.setHeader("content-type", "text/html").end(page);
    try {
      response.setHeader("content-type", "text/javascript").end(readFileSync(file(request.url)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  // A container's root has no sandbox to give; the page is this folder's own.
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`, url];
  const child = spawn(browser, flags, { stdio: "ignore", detached: true });
  const gone = once(child, "exit");
  const late = setTimeout(() => ended("the browser took too long"), 180_000);
  const failed = await Promise.race([end, gone.then(() => "the browser ended by itself")]);
  clearTimeout(late);
  try { process.kill(-child.pid, "SIGKILL"); } catch { /* it has ended */ }
  await gone;
  server.closeAllConnections();
  server.close();
  await peer.end();
  rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  if (failed) throw new Error(`in the browser: ${failed}`);
}

await inNode();
const names = [process.env.LEEWARD_BROWSER, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const browser = names.find((name) => name && spawnSync(name, ["--version"]).status === 0);
if (browser) await inChromium(browser);
else if (process.env.LEEWARD_REQUIRE_BROWSER) throw new Error("no chromium was found");
else console.log("not run in a browser: no chromium on the path (LEEWARD_BROWSER names one elsewhere)");
