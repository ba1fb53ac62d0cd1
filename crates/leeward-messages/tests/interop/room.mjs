// What scenarios are told with.
import { Member } from "./client.mjs";
import * as wire from "./wire.mjs";

export const member = (kind) => `${kind}:${wire.hex(wire.random(16))}`;

export function equal(found, wanted, what) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${what}: ${one}, not ${other}`);
}

// The code of the refusal, with why; or that of what a client of ours refuses.
export async function refusal(attempt) {
  const done = await attempt.then(() => "accepted", (error) => error);
  return done?.code ? [done.code, done.why].filter(Boolean).join(" ") : done?.message ?? done;
}

export const texts = (messages) => messages.map(({ text }) => text);

// One conversation, as a member of the engine sees and changes it.
export class Room {
  constructor(ask, id) { Object.assign(this, { ask, id }); }
  static async opened(ask, founder) {
    return new Room(ask, (await ask("open", { member: founder })).conversation);
  }
  do(op, fields) { return this.ask(op, { conversation: this.id, ...fields }); }
  say(member, text, more) { return this.do("send", { member, text, ...more }); }
  async hears(member) { return (await this.do("receive", { member })).messages; }
  async brings(by, member) {
    await this.ask("key_package", { member });
    await this.do("add", { by, member });
    await this.do("join", { member });
  }
  // A client of another make, added by a member of the engine.
  async invites(by, kind) {
    const guest = await Member.of(this.ask, kind);
    await guest.publish();
    await this.do("add", { by, member: guest.me });
    await guest.join(this.id);
    return guest;
  }
  // Roster, digits and exported key are the same on both sides.
  async agree(ours, theirs) {
    const roster = await this.do("roster", { member: ours });
    const key = await this.do("sframe_base_key", { member: ours });
    equal(theirs.roster(), roster.members.map(({ member, place }) => ({ member, place })), "roster");
    equal([theirs.epoch, await theirs.verification()], [roster.epoch, roster.verification], "epoch and digits");
    equal(wire.base64(await theirs.sframeBaseKey()), key.key, "exported key");
    return roster.members.map((one) => one.alias);
  }
}
