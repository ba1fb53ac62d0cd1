// Splits here and combines there, and the other way round, with npm `shamir-secret-sharing`.
// Arguments: the built example `interop`, or `--fixture` to print ../vectors/npm-shamir.json.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";

const { split, combine } = createRequire(process.argv[2] + "/")("shamir-secret-sharing");
const program = process.argv[3];
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
const shapes = [[2, 2, 16], [2, 3, 32], [3, 5, 32], [5, 9, 48], [7, 7, 64], [16, 16, 32]];

if (program === "--fixture") {
  const cases = [];
  for (const [threshold, count, length] of shapes) {
    const secret = new Uint8Array(randomBytes(length));
    cases.push({ secret: hex(secret), threshold, shares: (await split(secret, count, threshold)).map(hex) });
  }
  console.log(JSON.stringify({ source: "npm shamir-secret-sharing 0.0.4, split()", cases }, null, 1));
} else {
  const ours = (...words) => execFileSync(program, words.map(String), { encoding: "utf8" }).trim().split("\n");
  for (const [threshold, count, length] of shapes) {
    const secret = new Uint8Array(randomBytes(length));
    const theirs = (await split(secret, count, threshold)).slice(0, threshold).map(hex);
    if (ours("combine", ...theirs)[0] !== hex(secret)) throw new Error("leeward combines npm's shares");
    const shares = ours("split", hex(secret), threshold, count);
    if (shares.length !== count) throw new Error("as many shares as were asked for");
    const back = await combine(shares.slice(-threshold).map(bytes));
    if (hex(back) !== hex(secret)) throw new Error("npm combines leeward's shares");
  }
  console.log(`${shapes.length} secrets split and combined in both directions`);
}
