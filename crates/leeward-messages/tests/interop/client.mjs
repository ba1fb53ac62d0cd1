// A member of a conversation on npm `ts-mls`, who speaks to the delivery service through `ask(op, fields)`.
import {
  createApplicationMessage, createCommit, createGroup, decodeGroupState, decodeMlsMessage, defaultCapabilities,
  defaultKeyPackageEqualityConfig, defaultLifetimeConfig, emptyPskIndex, encodeGroupState, encodeMlsMessage,
  generateKeyPackageWithKey, getCiphersuiteFromName, getCiphersuiteImpl, joinGroup, mlsExporter,
  processPrivateMessage, zeroOutUint8Array,
} from "ts-mls";
import { decodeKeyPackage, encodeKeyPackage, makeKeyPackageRef } from "ts-mls/keyPackage.js";
import { unprotectPrivateMessage } from "ts-mls/messageProtection.js";
import * as wire from "./wire.mjs";

const SUITE = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";
const DAY = 86_400n;
const none = new Uint8Array();
const keyRetentionConfig = { retainKeysForGenerations: 10, retainKeysForEpochs: 0, maximumForwardRatchetSteps: 200 };
const cs = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE));
const refuse = wire.refuse;
const message = (bytes, wireformat) => {
  const [decoded, length] = decodeMlsMessage(bytes, 0) ?? refuse("no MLS message");
  return decoded.wireformat === wireformat && length === bytes.length ? decoded : refuse("another message");
};
// The lifetime of a key package or of the leaf that founds: begun, and 84 days at most.
const lifetime = () => {
  const now = BigInt(Math.floor(Date.now() / 1000));
  return { notBefore: now - 3_600n, notAfter: now + 84n * DAY };
};

export class Member {
  constructor(ask, me) {
    Object.assign(this, { ask, me, packages: [], next: 0, previous: null, inbox: [] });
    // Where its own messages lie, with the state after each commit; what of a page was taken; the hub's keys.
    Object.assign(this, { own: new Map(), taken: new Set(), keys: new Map() });
  }

  static async of(ask, kind) {
    return new Member(ask, `${kind}:${wire.hex(wire.random(16))}`).#ready();
  }

  async #ready() {
    this.serviceKey = wire.unbase64((await this.ask("service_key")).public_key);
    const validateCredential = (credential, key) =>
      wire.credentialed(credential.identity, key, this.serviceKey).then(() => true, () => false);
    // What is sent is padded already, alike by every client.
    const paddingConfig = { kind: "alwaysPad", paddingLength: 0 };
    this.config = {
      keyRetentionConfig, paddingConfig, authService: { validateCredential },
      lifetimeConfig: defaultLifetimeConfig, keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
    };
    return this;
  }

  // A signature key and credential of its own for each conversation. `change` is for tests of what is refused.
  async #package(change) {
    const keys = await cs.signature.keygen();
    const issued = { staff: this.me, signature_key: wire.base64(keys.publicKey) };
    const proof = this.me.startsWith("staff:") ? wire.unbase64((await this.ask("credential", issued)).proof) : none;
    const credential = { credentialType: "basic", identity: wire.concat(wire.identity(this.me), proof) };
    // With values that mean nothing here and there, as RFC 9420 13.5 wants them.
    const given = { credential, capabilities: defaultCapabilities(), lifetime: lifetime() };
    change?.(given);
    return generateKeyPackageWithKey(given.credential, given.capabilities, given.lifetime, [], keys, cs);
  }

  async publish(change) {
    const made = await this.#package(change);
    this.packages.push(made);
    await this.ask("publish", { member: this.me, key_package: wire.base64(encodeKeyPackage(made.publicPackage)) });
  }

  async open() {
    const { publicPackage, privatePackage } = await this.#package();
    this.conversation = wire.hex(wire.random(16));
    this.state = await createGroup(wire.unhex(this.conversation), publicPackage, privatePackage, [], cs, this.config);
    await this.ask("open_log", { conversation: this.conversation, member: this.me });
    return this.conversation;
  }

  async join(conversation) {
    const { first, welcome } = await this.#of("invitation", { conversation });
    const invitation = message(wire.unbase64(welcome), "mls_welcome").welcome;
    const made = (await this.#invited(invitation)) ?? refuse("another's welcome");
    const { publicPackage, privatePackage } = made;
    const keys = [publicPackage, privatePackage, emptyPskIndex, cs];
    const state = await joinGroup(invitation, ...keys, undefined, undefined, this.config);
    if (wire.hex(state.groupContext.groupId) !== conversation) refuse("another conversation");
    Object.assign(this, { state, conversation, next: first, own: new Map() });
    this.#distinct(state);
    this.packages = this.packages.filter((kept) => kept !== made);
    this.previous = (await this.#of("position")).last;
    await this.#of("joined", { first });
    await this.#of("acknowledge", { next: first });
  }

  async #invited(welcome) {
    for (const made of this.packages) {
      const reference = await makeKeyPackageRef(made.publicPackage, cs.hash);
      if (welcome.secrets.some((secret) => wire.same(secret.newMember, reference))) return made;
    }
  }

  #of(op, fields) {
    return this.ask(op, { conversation: this.conversation, member: this.me, ...fields });
  }

  // The leaves, by their places.
  #leaves(state = this.state) {
    return new Map(state.ratchetTree.flatMap((node, at) => (node?.nodeType === "leaf" ? [[at / 2, node.leaf]] : [])));
  }

  #whose(place, state = this.state) {
    const leaf = this.#leaves(state).get(place) ?? refuse("nobody stands there");
    return wire.member(leaf.credential.identity.subarray(0, 17));
  }

  #distinct(state) {
    const all = [...this.#leaves(state).keys()].map((place) => this.#whose(place, state));
    if (new Set(all).size !== all.length) refuse("a member stands twice in the roster");
  }

  roster() {
    return [...this.#leaves().keys()].map((place) => ({ member: this.#whose(place), place }));
  }

  get epoch() {
    return Number(this.state.groupContext.epoch);
  }

  verification() {
    return wire.verification(this.conversation, this.state.keySchedule.epochAuthenticator);
  }

  sframeBaseKey() {
    return mlsExporter(this.state.keySchedule.exporterSecret, "SFrame 1.0 Base Key", none, 16, cs);
  }

  async encrypt(data, aad) {
    const { newState, privateMessage, consumed } = await createApplicationMessage(this.state, data, cs, aad);
    this.state = newState;
    consumed.forEach(zeroOutUint8Array);
    return encodeMlsMessage({ version: "mls10", wireformat: "mls_private_message", privateMessage });
  }

  async submit(bytes, changes = {}) {
    const { me: by, previous } = this;
    const { place } = await this.#of("submit", { by, message: wire.base64(bytes), previous, ...changes });
    this.previous = place;
    return place;
  }

  async send(body, options = {}) {
    const { me: sender, conversation } = this;
    const { data, aad } = await wire.seal({ sender, conversation, body: wire.utf8(body), ...options });
    return this.#anew(async () => {
      const place = await this.submit(await this.encrypt(data, aad));
      this.own.set(place, null);
      return place;
    });
  }

  // Makes something again as long as another member's commit comes first: what was made is of an epoch that is over.
  async #anew(make) {
    for (;;) {
      try {
        return await make();
      } catch (error) {
        if (error.code !== "epoch_conflict") throw error;
        await this.#catchUp();
      }
    }
  }

  async add(member) {
    const { key_package } = await this.ask("claim", { by: this.me, of: member });
    const [keyPackage] = decodeKeyPackage(wire.unbase64(key_package), 0) ?? refuse("no key package");
    await this.#accepts(keyPackage, member);
    return this.commit([{ proposalType: "add", add: { keyPackage } }], (welcome) => ({ added: [{ member, welcome }] }));
  }

  remove(member) {
    const { place } = this.roster().find((one) => one.member === member) ?? refuse("not a member");
    return this.commit([{ proposalType: "remove", remove: { removed: place } }], () => ({ removed: [member] }));
  }

  refresh() {
    return this.commit([], () => ({}));
  }

  // A commit is merged where the log has it.
  async commit(extraProposals, changes) {
    await this.#catchUp();
    await this.#anew(async () => {
      const context = { state: this.state, cipherSuite: cs };
      const { commit, welcome, newState } = await createCommit(context, { extraProposals, ratchetTreeExtension: true });
      const invitation = welcome && encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome });
      const place = await this.submit(encodeMlsMessage(commit), changes(invitation && wire.base64(invitation)));
      this.own.set(place, newState);
    });
    await this.#catchUp();
  }

  async receive() {
    await this.#catchUp();
    return this.inbox.splice(0);
  }

  async #catchUp() {
    for (;;) {
      const { entries } = await this.#of("fetch", { from: this.next, limit: 100 });
      if (entries.length === 0 || this.removed) return;
      for (const entry of this.reorder?.(entries) ?? entries) {
        if (this.taken.has(entry.place)) continue;
        await this.take(entry);
        this.taken.add(entry.place);
      }
      // Here a client stores its state and what was said, before it says that it has them.
      this.taken.clear();
      this.next = entries.at(-1).place + 1;
      await this.#of("acknowledge", { next: this.next });
    }
  }

  async take(entry) {
    if (entry.kind === "tombstone" || this.removed) return;
    if (entry.kind === "notice") return this.#takeNotice(entry);
    if (this.own.has(entry.place)) {
      this.state = this.own.get(entry.place) ?? this.state;
      return void this.own.delete(entry.place);
    }
    const { privateMessage } = message(wire.unbase64(entry.message), "mls_private_message");
    const { groupId, epoch } = this.state.groupContext;
    if (privateMessage.epoch !== epoch || !wire.same(privateMessage.groupId, groupId)) refuse("it belongs elsewhere");
    if (privateMessage.contentType === "commit") return this.#takeCommit(privateMessage);
    this.inbox.push(await this.#takeMessage(entry, privateMessage));
  }

  async #takeNotice({ place, message }) {
    const notice = wire.unbase64(message);
    this.held = await wire.notice(notice, await this.#hub(notice), this.conversation, place);
  }

  // `processMessage` would not tell the sender.
  async #takeMessage(entry, privateMessage) {
    const { keySchedule, secretTree, ratchetTree, groupContext } = this.state;
    const { tree, content, consumed } = await unprotectPrivateMessage(
      keySchedule.senderDataSecret, privateMessage, secretTree, ratchetTree, groupContext, keyRetentionConfig, cs,
    );
    this.state = { ...this.state, secretTree: tree };
    consumed.forEach(zeroOutUint8Array);
    const { sender, applicationData: data } = content.content;
    const from = this.#whose(sender.leafIndex);
    const said = await wire.open(data, privateMessage.authenticatedData, from, this.conversation);
    const stamp = wire.unbase64(entry.stamp);
    const { acceptedAt } = await wire.checkStamp(stamp, await this.#hub(stamp), from, this.conversation);
    const text = new TextDecoder("utf-8", { fatal: said.kind === "text" }).decode(said.body);
    return { place: entry.place, from, text, ...said, acceptedAt, report: wire.report(stamp, data) };
  }

  // The hub's public keys, asked for anew when it has a new one.
  async #hub(stamp) {
    const number = new DataView(stamp.buffer, stamp.byteOffset).getUint32(1);
    if (!this.keys.has(number)) this.keys = wire.agents(wire.unbase64((await this.ask("agents")).agents));
    return this.keys;
  }

  async #takeCommit(privateMessage) {
    const before = this.#leaves();
    const proposed = [];
    const look = ({ kind, senderLeafIndex, proposals }) => {
      proposed.push(...(proposals ?? []));
      const whole = kind === "commit" && senderLeafIndex !== undefined;
      const allowed = proposed.every(({ proposal }) => ["add", "remove"].includes(proposal.proposalType));
      return whole && allowed && proposed.every((one) => one.senderLeafIndex === senderLeafIndex) ? "accept" : "reject";
    };
    const result = await processPrivateMessage(this.state, privateMessage, emptyPskIndex, cs, look);
    if (result.kind !== "newState" || result.actionTaken !== "accept") refuse("what a commit may not do");
    for (const { proposal } of proposed) if (proposal.add) await this.#accepts(proposal.add.keyPackage);
    this.#unchanged(before, result.newState, proposed);
    this.state = result.newState;
    this.removed = result.newState.groupActiveState.kind === "removedFromGroup";
  }

  // Nobody else's name or key may come to stand in a leaf that stays.
  #unchanged(before, state, proposed) {
    if (state.groupActiveState.kind === "removedFromGroup") return;
    const removed = new Set(proposed.map(({ proposal }) => proposal.remove?.removed));
    for (const [place, leaf] of this.#leaves(state)) {
      const old = removed.has(place) ? undefined : before.get(place);
      const keeps = (of) => wire.concat(of.signaturePublicKey, of.credential.identity.subarray(0, 17));
      if (old && !wire.same(keeps(leaf), keeps(old))) refuse("a leaf changed its owner or key");
    }
    this.#distinct(state);
  }

  // Beside what `ts-mls` verifies: signatures, suite, and that no key stands twice.
  async #accepts({ leafNode }, member) {
    const { identity } = leafNode.credential;
    const named = await wire.credentialed(identity, leafNode.signaturePublicKey, this.serviceKey);
    const { notBefore, notAfter } = leafNode.lifetime;
    const now = BigInt(Math.floor(Date.now() / 1000));
    const bounded = notAfter - notBefore <= 84n * DAY + 3_600n && notBefore <= now + 3_600n && now <= notAfter;
    if (!bounded || !wire.inForce(identity)) refuse("lifetime");
    if (member && member !== named) refuse("another member's key package");
  }

  // Everything as JSON: what a page would keep, sealed, to be reloaded.
  save() {
    const { me, conversation, next, previous } = this;
    const [own, state] = [[...this.own.keys()], wire.base64(encodeGroupState(this.state))];
    return JSON.stringify({ me, conversation, next, previous, own, state });
  }

  static async restore(ask, saved) {
    const { me, state, own, ...rest } = JSON.parse(saved);
    const member = await new Member(ask, me).#ready();
    const [decoded] = decodeGroupState(wire.unbase64(state), 0) ?? refuse("no state");
    rest.own = new Map(own.map((place) => [place, null]));
    return Object.assign(member, rest, { state: { ...decoded, clientConfig: member.config } });
  }
}
