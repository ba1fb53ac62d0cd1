// A file by what a message says of it: docs/messages-wire.md, on WebCrypto.
import { Reader, concat, number, padme, refuse, same, unhex, unless, utf8 } from "./wire.mjs";

const { subtle } = globalThis.crypto;
const [SALT, HEADER, CHUNK, TAG] = [24, 56, 16_384, 16];
const LABEL = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";

export const sha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));

// The body of a message of the kind `attachment`.
export function descriptor(body) {
  const reader = new Reader(body);
  unless(reader.number(1) === 1, "version");
  const [id, key, digest, length] = [reader.take(16), reader.take(32), reader.take(32), reader.number(8)];
  const text = () => new TextDecoder("utf-8", { fatal: true }).decode(reader.take(reader.number(1)));
  const [media_type, name] = [text(), text()];
  unless(reader.left.length === 0 && length <= 2 ** 30, "descriptor");
  return { id, key, digest, length, media_type, name };
}

// The file, if all of `stored` is what was sent to this conversation.
export async function open({ id, key, digest, length }, stored, conversation) {
  unless(same(await sha256(stored), digest), "not what was sent");
  unless(stored.length === sealedLength(padme(length)), "length");
  const place = context("messages.attachment", "messages.attachment", id, unhex(conversation), 1);
  const unlocked = await unlock(key, place, stored.subarray(0, HEADER));
  const chunks = [];
  for (let at = HEADER; at < stored.length; at += CHUNK + TAG) {
    chunks.push(await chunk(unlocked, chunks.length, stored.subarray(at, at + CHUNK + TAG)));
  }
  const plain = concat(...chunks);
  unless(plain.subarray(length).every((byte) => byte === 0), "padding");
  return plain.subarray(0, length);
}

// The last chunk is always a shorter one, of no bytes if need be.
const sealedLength = (length) => HEADER + length + TAG * (Math.floor(length / CHUNK) + 1);

// `Context::encode` of `leeward-seal`.
function context(purpose, space, key, subject, version) {
  const fields = [utf8(purpose), utf8(space), key, subject];
  return concat([1], ...fields.flatMap((field) => [number(field.length, 2), field]), number(version, 4));
}

async function unlock(key, place, header) {
  const okm = await expand(key, concat(utf8(LABEL), header.subarray(0, SALT), place), 32 + 12 + 32);
  unless(same(okm.subarray(44), header.subarray(SALT)), "key or place");
  return { key: await subtle.importKey("raw", okm.subarray(0, 32), "AES-GCM", false, ["decrypt"]), nonce: okm.subarray(32, 44) };
}

// HKDF-Expand (RFC 5869 2.3) with SHA-512; WebCrypto offers it only behind HKDF-Extract.
async function expand(key, info, length) {
  const hmac = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  const blocks = [new Uint8Array()];
  for (let at = 1; (at - 1) * 64 < length; at++) {
    blocks.push(new Uint8Array(await subtle.sign("HMAC", hmac, concat(blocks.at(-1), info, [at]))));
  }
  return concat(...blocks).subarray(0, length);
}

async function chunk({ key, nonce }, index, sealed) {
  const iv = nonce.slice();
  number(index, 8).forEach((byte, at) => (iv[4 + at] ^= byte));
  const opened = subtle.decrypt({ name: "AES-GCM", iv }, key, sealed);
  return new Uint8Array(await opened.catch(() => refuse("a chunk")));
}
