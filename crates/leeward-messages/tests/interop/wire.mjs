// The forms of docs/messages-wire.md, on WebCrypto: what a client needs beside an MLS library.

const { subtle } = globalThis.crypto;
const text = new TextEncoder();

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
export const unbase64 = (digits) => Uint8Array.from(atob(digits), (char) => char.charCodeAt(0));
export const utf8 = (string) => text.encode(string);
export const same = (one, other) => hex(one) === hex(other);
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

export function concat(...parts) {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

export function number(value, length) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes.subarray(8 - length);
}

const value = (bytes) => bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
export const refuse = (why) => { throw new Error(`refused: ${why}`); };
export const unless = (holds, why) => holds || refuse(why);

// Reads fields in a row.
export class Reader {
  constructor(bytes) { this.left = bytes; }
  take(length) {
    unless(this.left.length >= length, "cut short");
    const taken = this.left.subarray(0, length);
    this.left = this.left.subarray(length);
    return taken;
  }
  number(length) { return Number(value(this.take(length))); }
}

// A member is `staff:` or `seeker:` and 32 digits; in bytes, one for the kind and 16 for the rest.
export const identity = (member) => {
  const [kind, id] = member.split(":");
  return concat([kind === "staff" ? 1 : 2], unhex(id));
};

export const member = (bytes) => {
  unless(bytes.length === 17 && (bytes[0] === 1 || bytes[0] === 2), "no member");
  return `${bytes[0] === 1 ? "staff" : "seeker"}:${hex(bytes.subarray(1))}`;
};

// PADMÉ, and 256 bytes at least: `len(u32) || data || zeros`.
export function padme(length) {
  if (length < 2) return length;
  const exponent = 31 - Math.clz32(length);
  const mask = 2 ** (exponent - (32 - Math.clz32(exponent))) - 1;
  return Math.ceil(length / (mask + 1)) * (mask + 1);
}

const padded = (length) => Math.max(256, padme(length));

function pad(data) {
  const zeros = new Uint8Array(padded(data.length + 4) - data.length - 4);
  return concat(number(data.length, 4), data, zeros);
}

function unpad(bytes) {
  const reader = new Reader(bytes);
  const data = reader.take(reader.number(4));
  unless(reader.left.every((byte) => byte === 0) && padded(data.length + 4) === bytes.length, "padding");
  return data;
}

const hmacKey = (key) => subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
export const hmac = async (key, bytes) => new Uint8Array(await subtle.sign("HMAC", await hmacKey(key), bytes));

async function signedBy(key, signature, bytes) {
  return subtle.verify("Ed25519", await subtle.importKey("raw", key, "Ed25519", false, ["verify"]), signature, bytes);
}

export const KINDS = ["text", "bytes", "attachment", "session_description", "dtls_fingerprint", "control"];

// The application data and the authenticated data of one message.
export async function seal({ sender, conversation, kind = "text", body, timeToLive = 0, sentAt, salt = random(16) }) {
  const minutes = Math.floor((sentAt ?? Date.now() / 1000) / 60);
  const live = number(timeToLive, 4);
  const code = [KINDS.indexOf(kind) + 1];
  const data = pad(
    concat([2], salt, identity(sender), unhex(conversation), number(minutes, 8), live, code, body),
  );
  return { data, aad: concat(await hmac(salt, data), live) };
}

// What the data say, if they are what `sender` said there.
export async function open(data, aad, sender, conversation) {
  const content = read(data);
  unless(content.sender === sender && content.conversation === conversation, "another sender or conversation");
  unless(same(aad, concat(await hmac(content.salt, data), number(content.timeToLive, 4))), "franking");
  return content;
}

export function read(data) {
  const reader = new Reader(unpad(data));
  unless(reader.number(1) === 2, "version");
  const [salt, sender, conversation] = [reader.take(16), member(reader.take(17)), hex(reader.take(16))];
  const [sentAt, timeToLive] = [reader.number(8) * 60, reader.number(4)];
  const kind = KINDS[reader.number(1) - 1] ?? refuse("kind");
  unless(timeToLive % 60 === 0 && timeToLive <= 366 * 24 * 3600, "time to live");
  return { salt, sender, conversation, sentAt, timeToLive, kind, body: reader.left };
}

// `opaque <V>` of RFC 9420 2.1.2.
const vector = (bytes) =>
  concat(bytes.length < 64 ? [bytes.length] : number(bytes.length | 0x4000, 2), bytes);

export function agents(bytes) {
  const reader = new Reader(bytes);
  unless(reader.number(1) === 1, "version");
  const keys = new Map();
  while (reader.left.length > 0) keys.set(reader.number(4), reader.take(32));
  return keys;
}

export function context(sender, conversation, acceptedMs) {
  const [kind, id] = sender.split(":");
  const uris = [`leeward:${kind}:${id}`, `leeward:conversation:${conversation}`];
  return concat(...uris.map((uri) => vector(utf8(uri))), number(acceptedMs, 8));
}

export const signedContent = (frank, context) =>
  concat(vector(utf8("MLS 1.0 FrankingIntegrityTBS")), vector(concat(frank, [0, 1], context)));

// What the hub added on acceptance, if it is about a message of `sender` there.
export async function checkStamp(bytes, keys, sender, conversation) {
  const reader = new Reader(bytes);
  unless(bytes.length === 111 && reader.number(1) === 1, "stamp");
  const [key, acceptedMs, frank] = [reader.number(4), reader.number(8), reader.take(32)];
  unless(reader.number(2) === 1, "suite");
  const signed = signedContent(frank, context(sender, conversation, acceptedMs));
  unless(keys.has(key), "unknown franking key");
  unless(await signedBy(keys.get(key), reader.left, signed), "stamp");
  return { acceptedAt: Math.floor(acceptedMs / 1000) };
}

// What the hub told of holds at one place of a conversation's log; `null` when none stands.
export async function notice(bytes, keys, conversation, place) {
  const reader = new Reader(bytes);
  unless(bytes.length === 78 && reader.number(1) === 1, "notice");
  const [key, told] = [reader.number(4), reader.take(9)];
  const signed = concat(utf8("leeward hold notice 1"), unhex(conversation), number(place, 8), told);
  unless(keys.has(key), "unknown franking key");
  unless(told[0] <= 3 && await signedBy(keys.get(key), reader.left, signed), "notice");
  const since = Number(value(told.subarray(1)));
  return told[0] === 0 ? null : { legal: (told[0] & 1) > 0, abuseReport: (told[0] & 2) > 0, since };
}

// What a recipient hands over to have a message judged: the stamp without its end, and what MLS decrypted.
export const report = (stamp, data) => concat(stamp.subarray(0, 1 + 4 + 8 + 32), data);

// What the hub does with a report, for whoever holds its key.
export async function judge(bytes, hubKey, number) {
  const reader = new Reader(bytes);
  unless(reader.number(1) === 1 && reader.number(4) === number, "version or key");
  const [acceptedMs, frank] = [reader.number(8), reader.take(32)];
  const content = read(reader.left);
  const tag = await hmac(content.salt, reader.left);
  const wanted = await hmac(hubKey, concat(tag, context(content.sender, content.conversation, acceptedMs)));
  unless(same(frank, wanted), "not authentic");
  return content;
}

// Six groups of five digits that two members compare.
export async function verification(conversation, epochAuthenticator) {
  const all = concat(utf8("leeward verification 1"), unhex(conversation), epochAuthenticator);
  const digest = new Uint8Array(await subtle.digest("SHA-256", all));
  const group = (at) => value(digest.subarray(at * 5, at * 5 + 5)) % 100_000n;
  return [0, 1, 2, 3, 4, 5].map((at) => String(group(at)).padStart(5, "0")).join(" ");
}

// Whom a credential names, if the key is theirs: staff show the service's signature, seekers nothing.
export async function credentialed(bytes, signatureKey, serviceKey) {
  const [name, proof] = [bytes.subarray(0, 17), bytes.subarray(17)];
  const who = member(name);
  if (name[0] === 2) return unless(proof.length === 0, "proof") && who;
  unless(proof.length === 80, "proof");
  const signed = concat(utf8("leeward staff credential 1"), name, signatureKey, proof.subarray(0, 16));
  return unless(await signedBy(serviceKey, proof.subarray(16), signed), "credential") && who;
}

// Whether the proof of a member of staff is valid now. What stands in a conversation that is joined was.
export function inForce(bytes, now = Date.now() / 1000) {
  if (bytes[0] === 2) return true;
  const [begin, end] = [Number(value(bytes.subarray(17, 25))), Number(value(bytes.subarray(25, 33)))];
  return end - begin <= 90 * 86_400 + 3_600 && begin <= now + 3_600 && now <= end;
}
